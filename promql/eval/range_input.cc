#include "promql/eval/range_input.h"

#include <algorithm>

#include "promql/eval/bucket_stripper.h"

namespace tocsin::promql {

base::Status RangeScan::open(const Grid& grid, Run& run) {
  rows_.refresh(run.ids());
  schema_ = rows_.schema();
  grid_ = grid;
  samples_.from = window(grid.start).samples_from;
  samples_.to = window(grid.last()).samples_to;
  samples_.as_of = run.as_of();
  return {};
}

base::Status RangeScan::visit(base::TileVisitor& visitor) {
  if (!strips_buckets_) return rows_.scan(samples_, visitor);
  std::vector<SampleRange> steps(grid_.steps);
  for (size_t i = 0; i < grid_.steps; ++i) {
    const WindowTimes times = window(grid_.at(i));
    steps[i] = {times.samples_from, times.samples_to};
  }
  BucketStripper stripper(visitor, std::move(steps));
  return rows_.scan(samples_, stripper);
}

namespace {

/// A subquery skips samples, so what a sample says about the one before it means nothing here.
base::HistogramPtr without_reset_hint(const base::HistogramPtr& h) {
  using base::CounterResetHint;
  if (h == nullptr) return h;
  const CounterResetHint hint = h->counter_reset_hint;
  if (hint != CounterResetHint::kReset && hint != CounterResetHint::kNotReset) return h;
  auto copy = std::make_shared<base::FloatHistogram>(*h);
  copy->counter_reset_hint = CounterResetHint::kUnknown;
  return copy;
}

}  // namespace

Grid subquery_grid(base::TimestampMs from, base::TimestampMs to, base::DurationMs step) {
  Grid grid;
  grid.step = step;
  grid.start = step * (from / step);
  if (grid.start <= from && __builtin_add_overflow(grid.start, step, &grid.start)) {
    grid.steps = 0;
    return grid;
  }
  if (to < grid.start) {
    grid.steps = 0;
    return grid;
  }
  grid.steps = static_cast<size_t>((to - grid.start) / step) + 1;
  grid.beyond = to - grid.last();
  return grid;
}

base::Status SubqueryInput::open(const Grid& grid, Run& run) {
  inner_grid_ = subquery_grid(window(grid.start).start, window(grid.last()).end, step_);
  if (inner_grid_.steps == 0) {
    if (schema_ == nullptr) schema_ = make_schema(run.ids());
    return {};
  }
  // What counts are the windows over its result.
  const ReadsApart not_counted(run.reads());
  RETURN_IF_ERROR(inner_->eval(inner_grid_, run));
  schema_ = inner_->schema();
  return {};
}

base::Status SubqueryInput::visit(base::TileVisitor& visitor) {
  if (inner_grid_.steps == 0 || schema_->rows() == 0) return {};
  t_.resize(inner_grid_.steps);
  for (size_t i = 0; i < t_.size(); ++i) t_[i] = inner_grid_.at(i);
  visit_histogram_rows(visitor);
  mark_columns();
  // A row goes into a tile or is handed over by itself, never both.
  size_t begin = 0;
  for (const size_t row : histogram_rows_) {
    visit_float_rows(begin, row, visitor);
    begin = row + 1;
  }
  visit_float_rows(begin, schema_->rows(), visitor);
  return {};
}

void SubqueryInput::visit_float_rows(size_t begin, size_t end, base::TileVisitor& visitor) {
  if (begin == end) return;
  const Frame& frame = inner_->frame();
  columns_.resize(frame.steps);
  for (size_t step = 0; step < frame.steps; ++step) {
    columns_[step] = frame.column(step).data() + begin;
  }
  base::Tile tile;
  tile.first_row = static_cast<uint32_t>(begin);
  tile.rows = static_cast<uint32_t>(end - begin);
  tile.t = t_;
  tile.values = columns_.data();
  tile.gaps = gaps_.data();
  tile.drops = drops_.data();
  visitor.on_tile(tile);
}

/// Rows with histograms are handed over one by one.
void SubqueryInput::visit_histogram_rows(base::TileVisitor& visitor) {
  histogram_rows_.clear();
  const Frame& frame = inner_->frame();
  if (!frame.has_histograms()) return;
  std::vector<base::TimestampMs> t;
  std::vector<double> v;
  std::vector<base::HistogramPtr> h;
  for (size_t row = 0; row < frame.rows; ++row) {
    bool any = false;
    for (size_t step = 0; step < frame.steps; ++step) {
      any = any || (frame.has(step, row) && frame.is_histogram(step, row));
    }
    if (!any) continue;
    t.clear();
    v.clear();
    h.clear();
    for (size_t step = 0; step < frame.steps; ++step) {
      if (!frame.has(step, row)) continue;
      t.push_back(t_[step]);
      v.push_back(frame.at(step, row));
      h.push_back(without_reset_hint(frame.histograms[step * frame.rows + row]));
    }
    visitor.on_mixed({static_cast<uint32_t>(row), t, v, h});
    histogram_rows_.push_back(row);
  }
}

/// Writes the absent marker where there is no sample, and finds gaps and drops.
void SubqueryInput::mark_columns() {
  Frame& frame = inner_->frame();
  gaps_.assign(frame.steps, 0);
  drops_.assign(frame.steps, 0);
  for (size_t step = 0; step < frame.steps; ++step) {
    const auto column = frame.column(step);
    for (size_t row = 0; row < frame.rows; ++row) {
      if (frame.has(step, row)) continue;
      column[row] = base::absent_marker();
      gaps_[step] = 1;
    }
    if (step == 0) continue;
    const auto before = frame.column(step - 1);
    bool drops = false;
    for (size_t row = 0; row < frame.rows; ++row) drops |= column[row] < before[row];
    drops_[step] = drops ? 1 : 0;
  }
}

}  // namespace tocsin::promql
