// The part of a stream that deals with samples outside the columns.
// Source of the rules: prometheus tsdb/head_append.go (a sample not later than the newest one of
// its series is out of order, or, at the same timestamp, a duplicate unless it is the same).
#include <bit>

#include "engine/tsdb/stream.h"

namespace tocsin::tsdb {
namespace {

using base::CommitStats;
using base::TimestampMs;

// Buffers of a burst of requests are given back.
constexpr size_t kPendingKept = 4096;

bool same_float(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

bool same_histogram(const base::FloatHistogram& a, const base::FloatHistogram& b) {
  return a.schema == b.schema && same_float(a.zero_threshold, b.zero_threshold) &&
         same_float(a.zero_count, b.zero_count) && same_float(a.count, b.count) &&
         same_float(a.sum, b.sum) && a.positive_spans == b.positive_spans &&
         a.negative_spans == b.negative_spans && a.positive_buckets == b.positive_buckets &&
         a.negative_buckets == b.negative_buckets && a.custom_values == b.custom_values;
}

template <class T>
void clear_pending(std::vector<T>& pending) {
  pending.clear();
  if (pending.capacity() > kPendingKept) pending.shrink_to_fit();
}

}  // namespace

bool Stream::make_loose(base::WriterRow row) {
  if (row_loose_.size() < rows_.size()) row_loose_.resize(rows_.size(), false);
  if (row_loose_[row]) return false;
  const std::lock_guard lock(mutex_);
  row_loose_[row] = true;
  const SlotAddress at = rows_[row];
  Slab& slab = *slabs_[at.slab()];
  if (slab.loose.empty()) slab.loose.resize(slab.source.size(), nullptr);
  if (slab.loose[at.slot()] != nullptr) return false;
  LooseState& state = loose_[at.packed];
  state.row = std::make_shared<LooseRow>();
  slab.loose[at.slot()] = &state;
  // The newest column value decides what is late; it is looked for once, and kept from now on.
  const std::vector<ChunkRef>& chunks = view_->slabs[at.slab()].chunks;
  for (size_t a = view_->axes.size(); a-- > 0;) {
    const Axis& axis = *view_->axes[a];
    std::array<double, kFrozenColumns> values;
    values.fill(base::absent_marker());
    const uint32_t columns = axis.columns.load(std::memory_order_relaxed);
    if (chunks[a].frozen) chunks[a].frozen->decode(at.slot(), values.data(), 1);
    for (uint32_t c = 0; chunks[a].raw && c < columns; ++c) {
      values[c] = chunks[a].raw->column(c)[at.slot()];
    }
    for (uint32_t c = columns; c-- > 0;) {
      if (base::is_absent(values[c])) continue;
      state.column_t = axis.t[c];
      state.column_v = values[c];
      return true;
    }
  }
  return true;
}

void Stream::add_loose(base::WriterRow row, base::Sample sample) {
  pending_.push_back({rows_[row], 1, nullptr});
  pending_samples_.push_back(sample);
}

void Stream::add_loose(base::WriterRow row, TimestampMs t, base::HistogramPtr h) {
  pending_.push_back({rows_[row], 1, std::move(h)});
  pending_samples_.push_back({t, 0});
}

void Stream::drop_pending() {
  clear_pending(pending_);
  clear_pending(pending_samples_);
}

// Takes values out of the open column that are not later than a loose sample of their row.
void Stream::refuse_late_values(CommitStats& stats) {
  for (auto& [packed, state] : loose_) {
    const SlotAddress at{packed};
    double& value = buffer_[slabs_[at.slab()]->source[at.slot()]];
    if (base::is_absent(value)) continue;
    const LooseRow& row = *state.row;
    if (!row.has_last() || row.last_t() < open_t_) {
      state.column_t = open_t_;  // What commit_loose() compares with.
      state.column_v = value;
      continue;
    }
    if (row.last_t() > open_t_) ++stats.out_of_order;
    if (row.last_t() == open_t_ && !row.last_is(value)) ++stats.duplicate;
    value = base::absent_marker();
  }
}

bool Stream::accept(const LooseState& state, base::Sample sample,
                    const base::FloatHistogram* histogram, CommitStats& stats) {
  const LooseRow& row = *state.row;
  const TimestampMs newest = std::max(row.last_t(), state.column_t);
  if (sample.t > newest) return true;
  if (sample.t < newest) {
    ++stats.out_of_order;
    return false;
  }
  const base::HistogramPtr last = row.last_histogram();
  const bool is_column = state.column_t == newest;
  bool is_same = false;
  if (histogram != nullptr) {
    is_same = !is_column && last && (last.get() == histogram || same_histogram(*last, *histogram));
  } else {
    is_same = is_column ? same_float(state.column_v, sample.v) : row.last_is(sample.v);
  }
  if (!is_same) ++stats.duplicate;
  return false;
}

// Appends what is pending as one commit, which show_loose() and its stamp make visible.
void Stream::commit_loose(CommitStats& stats) {
  const base::Sample* sample = pending_samples_.data();
  for (const Pending& run : pending_) {
    const base::Sample* const end = sample + run.samples;
    Slab& slab = *slabs_[run.at.slab()];
    LooseState* state = slab.loose.empty() ? nullptr : slab.loose[run.at.slot()];
    // Null: the row was ended while the column was open.
    for (; state != nullptr && sample != end; ++sample) {
      commit_sample(*state, *sample, run.h, stats);
    }
    sample = end;
  }
}

void Stream::commit_sample(LooseState& state, base::Sample sample, const base::HistogramPtr& h,
                           CommitStats& stats) {
  if (!accept(state, sample, h.get(), stats)) return;
  const CommitSeq seq = loose_seq_ + 1;
  if (h == nullptr) {
    state.row->append(sample, seq, commons_);
  } else {
    if (is_open_ && sample.t == open_t_) state.histogram_now = true;
    state.row->append(sample.t, h, seq, epochs_);
  }
  ++stats.samples;
}

// Readers see the commit from when the stamp is settled.
void Stream::show_loose(std::shared_ptr<const CommitStamp> stamp) {
  ++loose_seq_;
  auto commit = std::make_shared<LooseCommit>();
  commit->seq = loose_seq_;
  commit->stamp = std::move(stamp);
  commit->older = loose_commit_.get();
  newest_loose_.store(commit.get(), std::memory_order_seq_cst);
  replaced_commit_ = std::exchange(loose_commit_, std::move(commit));
}

void Stream::published_loose() {
  if (replaced_commit_ != nullptr) epochs_.retire(std::move(replaced_commit_));
  commons_.settled.follow(loose_seq_, epochs_);
  commons_.retire_replaced();
}

// Sets right, after the column is filled, what it could not know: a loose sample at the column's
// time or later keeps the marker of a vanished value out, and a vanished histogram needs one, too.
void Stream::settle_loose(CommitStats& stats) {
  const uint32_t c = view_->axes.back()->columns.load(std::memory_order_relaxed);
  std::shared_ptr<StreamView> edited;
  for (auto& [packed, state] : loose_) {
    const SlotAddress at{packed};
    Slab& slab = *slabs_[at.slab()];
    const bool had_histogram = std::exchange(state.histogram_last, state.histogram_now);
    state.histogram_now = false;
    const bool is_late = state.row->has_last() && state.row->last_t() >= open_t_;
    const bool needs_marker = had_histogram && !is_late;
    if (!slab.open && needs_marker) {
      slab.open =
          std::make_shared<RawChunk>(static_cast<uint32_t>(slab.source.size()), c + 1, pool_);
      slab.last = slab.open;
      slab.previous = slab.open->column(c);
      if (!edited) edited = view_->successor();
      edited->slabs[at.slab()].chunks.back().set_raw(slab.open);
    }
    if (!slab.open) continue;
    double& value = slab.open->column(c)[at.slot()];
    if (is_late && base::is_stale(value)) {
      value = base::absent_marker();
      --stats.stale;
    } else if (needs_marker && base::is_absent(value)) {
      value = base::stale_marker();
      ++stats.stale;
    }
    if (base::is_absent(value)) continue;
    state.column_t = open_t_;
    state.column_v = value;
  }
  if (edited) publish(std::move(edited));
}

// ---- Keeper ----

void Stream::freeze_loose() {
  constexpr size_t kRowsAtOnce = 256;  // The writer waits for no more.
  std::vector<uint32_t> places;
  {
    const std::lock_guard lock(mutex_);
    if (loose_.empty()) return;
    commons_.settled.follow(loose_seq_, epochs_);
    places.reserve(loose_.size());
    for (const auto& [packed, state] : loose_) places.push_back(packed);
  }
  for (size_t i = 0; i < places.size(); i += kRowsAtOnce) {
    const std::lock_guard lock(mutex_);
    for (size_t k = i; k < std::min(i + kRowsAtOnce, places.size()); ++k) {
      const auto found = loose_.find(places[k]);
      if (found != loose_.end()) found->second.row->freeze(commons_);
    }
    commons_.retire_replaced();
  }
}

void Stream::drop_loose_before(TimestampMs floor) {
  if (loose_.empty()) return;
  for (auto& [packed, state] : loose_) state.row->drop_before(floor, commons_);
  commons_.retire_replaced();
  commons_.axes.sweep();
}

// Readers that placed the row before may look at it while they are pinned.
void Stream::forget_loose(SlotAddress at) {
  const auto found = loose_.find(at.packed);
  if (found == loose_.end()) return;
  slabs_[at.slab()]->loose[at.slot()] = nullptr;
  epochs_.retire(std::move(found->second.row));
  loose_.erase(found);
}

}  // namespace tocsin::tsdb
