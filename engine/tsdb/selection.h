// A standing selection: knows its series without asking the index again.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/base/series_source.h"
#include "engine/tsdb/head.h"
#include "engine/tsdb/row_set.h"

namespace tocsin::tsdb {

class StoreSelection final : public base::Selection {
 public:
  StoreSelection(std::shared_ptr<Head> head, base::Matchers matchers)
      : head_(std::move(head)), matchers_(std::move(matchers)) {}

  std::shared_ptr<const base::RowSet> rows() override;
  base::Status scan(const base::RowSet& rows, base::RowRange range, const base::ScanWindow& window,
                    base::TileVisitor& visitor) const override;

  const base::Matchers& matchers() const { return matchers_; }
  /// How many series there are.
  size_t series() const { return count_.load(std::memory_order_relaxed); }

  // With Head::mutex held.
  void assign(std::vector<SeriesId> ids);
  void on_new(SeriesId id, const base::Labels& labels);
  void on_moved(const base::Labels& labels);
  /// `ids` ascending.
  void on_forgotten(const std::vector<SeriesId>& ids);

 private:
  const std::shared_ptr<Head> head_;
  const base::Matchers matchers_;
  std::vector<SeriesId> ids_;           // Guarded by Head::mutex.
  std::atomic<size_t> count_{0};        // Of ids_.
  std::atomic<bool> is_changed_{true};  // Set with Head::mutex held.
  std::mutex mutex_;
  std::shared_ptr<const StoreRowSet> rows_;  // Guarded by mutex_.
};

}  // namespace tocsin::tsdb
