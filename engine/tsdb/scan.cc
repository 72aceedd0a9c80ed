#include "engine/tsdb/scan.h"

#include <algorithm>

namespace tocsin::tsdb {
namespace {

// Rules read few slots of many streams, and every one is cold: a scan is bound by the chain of
// cache misses from stream to view to axes and chunks to values. Each stage of the chain is asked
// for some runs ahead, so that the misses of several streams overlap.
class Prefetcher {
 public:
  Prefetcher(const StoreRowSet& set, bool newest_only)
      : set_(set), axes_ahead_(newest_only ? 1 : kRawBlocksKept + 1) {}

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
    for (size_t a = end - std::min(end, axes_ahead_); a < end; ++a) {
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
    const StreamView* view = stream(run)->peek();
    if (!view->axes.empty()) __builtin_prefetch(view->axes.back()->stamps.get());
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
  const size_t axes_ahead_;
};

// As above, for loose rows: from row to newest run, from run to run as far back as the scan reads,
// and to the samples of those runs.
class LoosePrefetcher {
 public:
  LoosePrefetcher(const StoreRowSet& set, const base::ScanWindow& time)
      : set_(set), from_(time.from), runs_max_(time.newest_only ? 1 : kRunsMax) {}

  /// Row `current` of the merged ones is about to be read.
  void before(size_t current) const {
    if (const LooseRow* row = at(current + kRowsAhead)) __builtin_prefetch(row);
    for (size_t depth = 0; depth < runs_max_; ++depth) {
      const LooseRow* row = at(current + kRowsAhead - 2 * (depth + 1));
      if (row != nullptr) fetch_run(*row, depth);
    }
    if (const LooseRow* row = at(current + 2)) fetch_samples(*row);
  }

 private:
  static constexpr size_t kLine = 64;
  static constexpr size_t kRunsMax = 4;  // An hour at 15s.
  static constexpr size_t kRowsAhead = 2 * (kRunsMax + 2);
  static constexpr size_t kNewestLines = 4;

  const LooseRow* at(size_t i) const {
    if (i >= set_.merged.size()) return nullptr;
    const Source& source = set_.sources[set_.merged[i].begin];
    return source.loose != nullptr && source.is_current() ? source.loose : nullptr;
  }
  // The run before `run`, if the scan reads that far.
  const LooseRun* older(const LooseRun& run) const {
    return run.first_t() > from_ ? run.older.load(std::memory_order_seq_cst) : nullptr;
  }
  void fetch_run(const LooseRow& row, size_t depth) const {
    const LooseRun* run = row.newest();
    for (; run != nullptr && depth > 0; --depth) run = older(*run);
    if (run == nullptr) return;
    __builtin_prefetch(run);
    __builtin_prefetch(reinterpret_cast<const char*>(run + 1) - 1);  // Runs begin anywhere.
  }
  void fetch_samples(const LooseRow& row) const {
    const LooseRun* run = row.newest();
    for (size_t i = 0; run != nullptr && i < runs_max_; ++i, run = older(*run)) {
      const char* begin = reinterpret_cast<const char*>(run->values());
      const char* end = run->is_raw() ? reinterpret_cast<const char*>(run->values() + run->count())
                                      : reinterpret_cast<const char*>(run) + run->bytes();
      if (runs_max_ == 1) begin = std::max(begin, end - kNewestLines * sizeof(double));
      for (const char* line = begin; line < end; line += kLine) __builtin_prefetch(line);
    }
  }

  const StoreRowSet& set_;
  const base::TimestampMs from_;
  const size_t runs_max_;
};

class Scanner {
 public:
  Scanner(const StoreRowSet& set, const base::ScanWindow& time, ScanScratch& scratch,
          base::TileVisitor& visitor)
      : set_(set), time_(time), scratch_(scratch), visitor_(visitor) {
    scratch.snapshots.assign(set.streams.size(), {});
  }

  void run(const RowRun& run, base::RowRange clip) {
    finish();
    const uint32_t begin = std::max(run.first_row, clip.begin);
    const uint32_t end = std::min(run.first_row + run.rows, clip.end);
    use(run.source.stream);
    if (newest().t.empty()) return;
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
    const std::span<const Source> sources = set_.sources_of(row);
    if (sources.size() == 1 && is_loose_alone(sources.front())) {
      return scratch_.tiles.add(row.row, *sources.front().loose, time_, snapshot_->loose_seq,
                                visitor_);
    }
    finish();
    RowMerger& merger = scratch_.merger;
    merger.clear();
    for (const Source& source : sources) {
      use(source.stream);
      if (!source.is_current()) continue;
      merger.add_columns(*snapshot_->view, window(), source.at);
      if (source.loose != nullptr) merger.add_loose(*source.loose, snapshot_->loose_seq, time_);
    }
    merger.visit(row.row, visitor_);
  }

  /// Hands on what is still collected.
  void finish() { scratch_.tiles.flush(visitor_); }

 private:
  // True when all samples of the row are loose floats.
  bool is_loose_alone(const Source& source) {
    use(source.stream);
    if (source.loose == nullptr || !source.is_current()) return false;
    if (source.loose->histograms() != nullptr) return false;
    return !scratch_.merger.has_columns(*snapshot_->view, window(), source.at);
  }

  void use(uint32_t stream) {
    if (stream == current_) return;
    StreamSnapshot& snapshot = scratch_.snapshots[stream];
    if (snapshot.view == nullptr) snapshot = set_.streams[stream]->snapshot(time_.as_of->number());
    current_ = stream;
    snapshot_ = &snapshot;
    has_window_ = false;
    if (time_.newest_only) scratch_.newest.assign_newest(snapshot, time_);
  }
  // Of the stream in use.
  const Window& window() {
    if (has_window_) return scratch_.window;
    has_window_ = true;
    Window& window = scratch_.window;
    window.assign(*snapshot_, time_);
    if (window.spans.empty()) return window;
    const AxisSpan& oldest = window.spans.front();
    const ColumnSeq from = snapshot_->view->axes[oldest.axis]->first_seq + oldest.begin;
    set_.streams[current_]->note_reach(snapshot_->end_seq - from);
    return window;
  }
  const Window& newest() { return time_.newest_only ? scratch_.newest : window(); }

  void tile(uint32_t row, uint32_t count, SlotAddress at) {
    if (time_.newest_only) {
      scratch_.reader.read(*snapshot_->view, newest(), at, count);
      if (scratch_.reader.gaps().back() == 0) return visit(row, count, newest());
    }
    scratch_.reader.read(*snapshot_->view, window(), at, count);
    if (scratch_.reader.has_samples(count)) visit(row, count, window());
  }

  void visit(uint32_t row, uint32_t count, const Window& window) {
    const WindowReader& reader = scratch_.reader;
    base::Tile tile;
    tile.first_row = row;
    tile.rows = count;
    tile.t = window.t;
    tile.values = reader.values().data();
    tile.gaps = reader.gaps().data();
    tile.drops = reader.drops().data();
    visitor_.on_tile(tile);
  }

  const StoreRowSet& set_;
  const base::ScanWindow time_;
  ScanScratch& scratch_;
  base::TileVisitor& visitor_;
  uint32_t current_ = UINT32_MAX;
  const StreamSnapshot* snapshot_ = nullptr;
  bool has_window_ = false;  // scratch_.window is of the stream in use.
};

}  // namespace

std::unique_ptr<ScanScratch> ScanScratchPool::take(const double* absent) {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<ScanScratch> scratch = std::move(idle_.back());
      idle_.pop_back();
      return scratch;
    }
  }
  return std::make_unique<ScanScratch>(absent);
}

void ScanScratchPool::give(std::unique_ptr<ScanScratch> scratch) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(scratch));
}

void scan_rows(const StoreRowSet& set, base::RowRange rows, const base::ScanWindow& time,
               ScanScratch& scratch, base::TileVisitor& visitor) {
  Scanner scanner(set, time, scratch, visitor);
  const Prefetcher prefetcher(set, time.newest_only);
  const LoosePrefetcher loose_prefetcher(set, time);
  auto run = std::partition_point(set.runs.begin(), set.runs.end(), [&](const RowRun& r) {
    return r.first_row + r.rows <= rows.begin;
  });
  auto merged = std::partition_point(set.merged.begin(), set.merged.end(),
                                     [&](const MergedRow& r) { return r.row < rows.begin; });
  for (;;) {
    const bool has_run = run != set.runs.end() && run->first_row < rows.end;
    const bool has_merged = merged != set.merged.end() && merged->row < rows.end;
    if (!has_run && !has_merged) break;
    if (has_run && (!has_merged || run->first_row < merged->row)) {
      prefetcher.before(static_cast<size_t>(run - set.runs.begin()));
      scanner.run(*run++, rows);
    } else {
      loose_prefetcher.before(static_cast<size_t>(merged - set.merged.begin()));
      scanner.merged(*merged++);
    }
  }
  scanner.finish();
}

}  // namespace tocsin::tsdb
