// The part of a stream that deals with samples outside the columns.
// Source of the rules: prometheus tsdb/head_append.go (a sample not later than the newest one of
// its series is out of order, or, at the same timestamp, a duplicate unless it is the same).
#include <bit>

#include "engine/tsdb/stream.h"

namespace tocsin::tsdb {
namespace {

using base::CommitStats;

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

bool same_sample(const LooseSample& a, const LooseSample& b) {
  if ((a.h == nullptr) != (b.h == nullptr)) return false;
  return a.h == nullptr ? same_float(a.v, b.v) : a.h == b.h || same_histogram(*a.h, *b.h);
}

}  // namespace

bool Stream::make_loose(base::WriterRow row) {
  const std::lock_guard lock(mutex_);
  const SlotAddress at = rows_[row];
  LooseState& state = loose_[at.packed];
  if (state.row) return false;
  state.row = std::make_shared<LooseRow>(epochs_);
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

void Stream::add_loose(base::WriterRow row, LooseSample sample) {
  pending_.emplace_back(rows_[row], std::move(sample));
}

// Takes values out of the open column that are not later than a loose sample of their row.
void Stream::refuse_late_values(CommitStats& stats) {
  for (auto& [packed, state] : loose_) {
    const SlotAddress at{packed};
    double& value = buffer_[slabs_[at.slab()]->source[at.slot()]];
    if (base::is_absent(value)) continue;
    const auto& last = state.row->last();
    if (!last || last->t < open_t_) {
      state.column_t = open_t_;  // What commit_loose() compares with.
      state.column_v = value;
      continue;
    }
    const bool is_same = last->t == open_t_ && last->h == nullptr && same_float(last->v, value);
    if (last->t > open_t_) ++stats.out_of_order;
    if (last->t == open_t_ && !is_same) ++stats.duplicate;
    value = base::absent_marker();
  }
}

bool Stream::accept(LooseState& state, const LooseSample& sample, CommitStats& stats) const {
  const auto& last = state.row->last();
  LooseSample newest{state.column_t, state.column_v, nullptr, 0};
  bool has_newest = state.column_t != std::numeric_limits<base::TimestampMs>::min();
  if (last && (!has_newest || last->t > newest.t)) {
    newest = *last;
    has_newest = true;
  }
  if (!has_newest || sample.t > newest.t) return true;
  if (sample.t < newest.t) {
    ++stats.out_of_order;
  } else if (!same_sample(sample, newest)) {
    ++stats.duplicate;
  }
  return false;
}

void Stream::commit_loose(CommitStats& stats) {
  for (auto& [at, sample] : pending_) {
    const auto found = loose_.find(at.packed);
    if (found == loose_.end()) continue;  // The row was ended while the column was open.
    LooseState& state = found->second;
    sample.seq = next_seq_ + (is_open_ ? 1 : 0);
    if (!accept(state, sample, stats)) continue;
    if (is_open_ && sample.h != nullptr && sample.t == open_t_) state.histogram_now = true;
    state.row->append(std::move(sample));
    ++stats.samples;
  }
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
    const bool is_late = state.row->last() && state.row->last()->t >= open_t_;
    const bool needs_marker = had_histogram && !is_late;
    if (!slab.open && needs_marker) {
      slab.open =
          std::make_shared<RawChunk>(static_cast<uint32_t>(slab.source.size()), c + 1, pool_);
      slab.last = slab.open;
      slab.previous = slab.open->column(c);
      if (!edited) edited = std::make_shared<StreamView>(*view_);
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

}  // namespace tocsin::tsdb
