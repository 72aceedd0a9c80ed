// Selections asked for a short while ago. Dashboards ask the same again every few seconds: held,
// a selection need not look for its series and place them anew.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/base/series_source.h"
#include "engine/base/time.h"

namespace tocsin::tsdb {

/// Bounded in number and in series, the least recently used go first. Thread-safe.
class RecentSelections {
 public:
  /// `selection`, of `series` series, is asked for now.
  void note(const std::shared_ptr<base::Selection>& selection, size_t series,
            base::TimestampMs now);
  /// Lets go of those not asked for since `floor`.
  void drop_before(base::TimestampMs floor);
  void clear();

 private:
  struct Entry {
    std::shared_ptr<base::Selection> selection;
    size_t series = 0;
    base::TimestampMs used = 0;
  };
  std::vector<Entry> take_surplus();

  std::mutex mutex_;
  std::vector<Entry> entries_;  // Least recently used first.
  size_t series_ = 0;           // Of all.
};

}  // namespace tocsin::tsdb
