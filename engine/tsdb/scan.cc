#include "engine/tsdb/scan.h"

#include <algorithm>
#include <optional>

#include "engine/tsdb/merge.h"
#include "engine/tsdb/window.h"

namespace tocsin::tsdb {
namespace {

// Rules read few slots of many streams, and every one is cold: a scan is bound by the chain of
// cache misses from stream to view to axes and chunks to values. Each stage of the chain is asked
// for some runs ahead, so that the misses of several streams overlap.
class Prefetcher {
 public:
  explicit Prefetcher(const StoreRowSet& set) : set_(set) {}

  /// Run `current` is about to be read.
  void before(size_t current) const {
    if (const RowRun* run = at(current + 8)) __builtin_prefetch(stream(*run));
    if (const RowRun* run = at(current + 6)) __builtin_prefetch(stream(*run)->peek());
    if (const RowRun* run = at(current + 4)) fetch_lists(*run);
    if (const RowRun* run = at(current + 3)) fetch_chunk_list(*run);
    if (const RowRun* run = at(current + 2)) fetch_flags(*run);
    if (const RowRun* run = at(current + 1)) fetch_values(*run);
  }

 private:
  static constexpr size_t kAxesAhead = kRawBlocksKept + 1;
  static constexpr uint32_t kRowsMax = 4 * kLanes;  // Longer runs are read fast enough as they are.

  const RowRun* at(size_t i) const {
    const bool is_worth = i < set_.runs.size() && set_.runs[i].rows <= kRowsMax;
    return is_worth ? &set_.runs[i] : nullptr;
  }
  const Stream* stream(const RowRun& run) const { return set_.streams[run.source.stream].get(); }

  void fetch_lists(const RowRun& run) const {
    const StreamView* view = stream(run)->peek();
    if (view->axes.empty() || run.source.at.slab() >= view->slabs.size()) return;
    __builtin_prefetch(&view->axes.back());
    __builtin_prefetch(&view->slabs[run.source.at.slab()]);
  }

  template <class F>
  void for_recent(const RowRun& run, F&& visit) const {
    const StreamView* view = stream(run)->peek();
    if (run.source.at.slab() >= view->slabs.size()) return;
    const SlabView& slab = view->slabs[run.source.at.slab()];
    const size_t end = slab.chunks.size();
    for (size_t a = end - std::min(end, kAxesAhead); a < end; ++a) {
      visit(*view->axes[a], slab, slab.chunks[a]);
    }
  }
  void fetch_chunk_list(const RowRun& run) const {
    for_recent(run, [](const Axis& axis, const SlabView&, const ChunkRef& chunk) {
      __builtin_prefetch(&axis);
      __builtin_prefetch(&axis.t[kRawColumns - 1]);
      __builtin_prefetch(&chunk.values);
    });
  }
  void fetch_flags(const RowRun& run) const {
    const uint32_t slot = run.source.at.slot();
    for_recent(run, [&](const Axis&, const SlabView&, const ChunkRef& chunk) {
      if (chunk.flags != nullptr) __builtin_prefetch(chunk.flags + slot / kLanes);
    });
  }
  void fetch_values(const RowRun& run) const {
    const uint32_t slot = run.source.at.slot();
    for_recent(run, [&](const Axis&, const SlabView& slab, const ChunkRef& chunk) {
      if (chunk.values == nullptr) return;
      for (size_t c = 0; c < kRawColumns; ++c)
        __builtin_prefetch(chunk.values + c * slab.slots + slot);
    });
  }

  const StoreRowSet& set_;
};

class Scanner {
 public:
  Scanner(const StoreRowSet& set, TimeRange time, const double* absent, base::TileVisitor& visitor)
      : set_(set),
        time_(time),
        visitor_(visitor),
        reader_(absent),
        merger_(absent),
        snapshots_(set.streams.size()) {}

  void run(const RowRun& run, base::RowRange clip) {
    const uint32_t begin = std::max(run.first_row, clip.begin);
    const uint32_t end = std::min(run.first_row + run.rows, clip.end);
    use(run.source.stream);
    if (window_.t.empty()) return;
    const SlotAddress at{run.source.at.packed + (begin - run.first_row)};
    const Tenancy& tenancy = *run.source.tenancy;
    // After the snapshot: whoever sees a new tenant's columns sees the recycling, too.
    if (tenancy.recycles.load(std::memory_order_acquire) == run.source.recycles) {
      return tile(begin, end - begin, at);
    }
    for (uint32_t i = 0; i < end - begin; ++i) {
      if (tenancy.recycled_since(at.slot() + i, run.source.recycles)) continue;
      tile(begin + i, 1, {at.packed + i});
    }
  }

  void merged(const MergedRow& row) {
    merger_.clear();
    for (const Source& source : row.sources) {
      use(source.stream);
      if (source.tenancy->recycled_since(source.at.slot(), source.recycles)) continue;
      merger_.add_columns(*snapshot_->view, window_, source.at);
      if (source.loose) merger_.add_loose(*source.loose, snapshot_->end_seq, time_);
    }
    merger_.visit(row.row, visitor_);
  }

 private:
  // One snapshot of each stream per scan: a column committed meanwhile stays unseen by all rows.
  void use(uint32_t stream) {
    if (stream == current_) return;
    std::optional<StreamSnapshot>& snapshot = snapshots_[stream];
    if (!snapshot) snapshot = set_.streams[stream]->snapshot();
    current_ = stream;
    snapshot_ = &*snapshot;
    window_.assign(*snapshot, time_.from, time_.to);
  }

  void tile(uint32_t row, uint32_t count, SlotAddress at) {
    reader_.read(*snapshot_->view, window_, at, count);
    if (!reader_.has_samples(count)) return;
    base::Tile tile;
    tile.first_row = row;
    tile.rows = count;
    tile.t = window_.t;
    tile.values = reader_.values().data();
    tile.gaps = reader_.gaps().data();
    tile.drops = reader_.drops().data();
    visitor_.on_tile(tile);
  }

  const StoreRowSet& set_;
  TimeRange time_;
  base::TileVisitor& visitor_;
  WindowReader reader_;
  RowMerger merger_;
  std::vector<std::optional<StreamSnapshot>> snapshots_;
  uint32_t current_ = UINT32_MAX;
  const StreamSnapshot* snapshot_ = nullptr;
  Window window_;
};

}  // namespace

void scan_rows(const StoreRowSet& set, base::RowRange rows, TimeRange time, const double* absent,
               base::TileVisitor& visitor) {
  Scanner scanner(set, time, absent, visitor);
  const Prefetcher prefetcher(set);
  auto run = std::partition_point(set.runs.begin(), set.runs.end(), [&](const RowRun& r) {
    return r.first_row + r.rows <= rows.begin;
  });
  auto merged = std::partition_point(set.merged.begin(), set.merged.end(),
                                     [&](const MergedRow& r) { return r.row < rows.begin; });
  for (;;) {
    const bool has_run = run != set.runs.end() && run->first_row < rows.end;
    const bool has_merged = merged != set.merged.end() && merged->row < rows.end;
    if (!has_run && !has_merged) return;
    if (has_run && (!has_merged || run->first_row < merged->row)) {
      prefetcher.before(static_cast<size_t>(run - set.runs.begin()));
      scanner.run(*run++, rows);
    } else {
      scanner.merged(*merged++);
    }
  }
}

}  // namespace tocsin::tsdb
