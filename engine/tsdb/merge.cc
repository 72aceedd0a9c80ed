#include "engine/tsdb/merge.h"

#include <algorithm>

#include "engine/base/sample.h"

namespace tocsin::tsdb {
namespace {

bool is_marker(const LooseSample& sample) { return !sample.h && base::is_stale(sample.v); }

}  // namespace

bool RowMerger::has_columns(const StreamView& view, const Window& window, SlotAddress at) {
  if (window.t.empty()) return false;
  reader_.read(view, window, at, 1);
  return reader_.has_samples(1);
}

void RowMerger::add_value(base::TimestampMs t, double v) {
  if (!base::is_absent(v)) samples_.push_back({t, v, nullptr});
}

void RowMerger::add_columns(const StreamView& view, const Window& window, SlotAddress at) {
  reader_.read(view, window, at, 1);
  for (size_t c = 0; c < window.t.size(); ++c) add_value(window.t[c], *reader_.values()[c]);
}

void RowMerger::add_loose(const LooseRow& loose, CommitSeq seq, const base::ScanWindow& time) {
  slices_.clear();
  loose.find(time.from, time.to, seq, slices_);
  for (const RunSlice& slice : slices_) {
    run_.resize(slice.size());
    slice.run->read(slice.begin, slice.end, run_.data(), 1);
    for (size_t i = 0; i < run_.size(); ++i) add_value(slice.t()[i], run_[i]);
  }
  if (const auto* all = loose.histograms()) all->read(time.from, time.to, seq, samples_);
}

// Sorts by time and keeps one sample of each timestamp.
void RowMerger::settle() {
  const auto out_of_step = [](const LooseSample& a, const LooseSample& b) { return a.t >= b.t; };
  const bool is_settled =
      std::adjacent_find(samples_.begin(), samples_.end(), out_of_step) == samples_.end();
  if (is_settled) return;
  std::stable_sort(samples_.begin(), samples_.end(),
                   [](const LooseSample& a, const LooseSample& b) { return a.t < b.t; });
  size_t kept = 0;
  for (size_t i = 0; i < samples_.size(); ++i) {
    if (kept == 0 || samples_[kept - 1].t != samples_[i].t) {
      if (kept != i) samples_[kept] = std::move(samples_[i]);
      ++kept;
    } else if (!is_marker(samples_[i]) || is_marker(samples_[kept - 1])) {
      samples_[kept - 1] = std::move(samples_[i]);
    }
  }
  samples_.resize(kept);
}

void RowMerger::visit(uint32_t row, base::TileVisitor& visitor) {
  if (samples_.empty()) return;
  settle();
  t_.clear();
  v_.clear();
  for (const LooseSample& sample : samples_) {
    t_.push_back(sample.t);
    v_.push_back(sample.v);
  }
  const bool has_histogram = std::any_of(samples_.begin(), samples_.end(),
                                         [](const LooseSample& s) { return s.h != nullptr; });
  has_histogram ? visit_mixed(row, visitor) : visit_tile(row, visitor);
}

void RowMerger::visit_tile(uint32_t row, base::TileVisitor& visitor) {
  columns_.clear();
  gaps_.clear();
  drops_.clear();
  for (size_t i = 0; i < v_.size(); ++i) {
    const bool has = base::is_value(v_[i]);
    const bool dropped = has && i > 0 && base::is_value(v_[i - 1]) && v_[i] < v_[i - 1];
    columns_.push_back(&v_[i]);
    gaps_.push_back(has ? 0 : 1);
    drops_.push_back(dropped ? 1 : 0);
  }
  base::Tile tile;
  tile.first_row = row;
  tile.rows = 1;
  tile.t = t_;
  tile.values = columns_.data();
  tile.gaps = gaps_.data();
  tile.drops = drops_.data();
  visitor.on_tile(tile);
}

void RowMerger::visit_mixed(uint32_t row, base::TileVisitor& visitor) {
  h_.clear();
  for (const LooseSample& sample : samples_) h_.push_back(sample.h);
  visitor.on_mixed({row, t_, v_, h_});
}

}  // namespace tocsin::tsdb
