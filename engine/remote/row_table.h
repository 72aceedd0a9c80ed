// Which row of the stream a series has, found by the labels as they stand in a request.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>

#include "engine/base/labels.h"
#include "engine/base/sample_sink.h"
#include "engine/base/time.h"

namespace tocsin::remote {

/// Not thread-safe. Label sets as senders usually write them, sorted, are found by a hash of their
/// text and compared with the set of the row: nothing is interned.
class RowTable {
 public:
  struct Row {
    base::Labels labels;
    base::WriterRow row = base::kNoRow;
    base::TimestampMs written = 0;  ///< When samples came last.
  };

  /// The row whose label set is just this, in this order; null when there is none.
  Row* find(std::span<const base::LabelView> labels);
  /// The row of a set, and true when it is new: then it has no number yet. Lifetime: until it is
  /// erased.
  std::pair<Row*, bool> find_or_add(const base::Labels& labels);
  /// Erases the rows for which `is_over` holds.
  template <class F>
  void erase_if(F is_over) {
    std::erase_if(rows_, [&](auto& entry) { return is_over(entry.second); });
  }

 private:
  struct AsIs {
    size_t operator()(uint64_t hash) const { return hash; }
  };
  std::unordered_multimap<uint64_t, Row, AsIs> rows_;  // By the hash of the label texts.
};

}  // namespace tocsin::remote
