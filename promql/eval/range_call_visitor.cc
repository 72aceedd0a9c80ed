#include "promql/eval/range_call_visitor.h"

#include <algorithm>

#include "promql/eval/kernels_started.h"

namespace tocsin::promql {
namespace {

/// Moves [begin, end) so that it covers the samples of the window. Windows only move forward.
template <class SpanT>
void advance(SpanT& span, std::span<const base::TimestampMs> t, const WindowTimes& times) {
  while (span.end < t.size() && t[span.end] <= times.samples_to) ++span.end;
  while (span.begin < span.end && t[span.begin] <= times.samples_from) ++span.begin;
}

}  // namespace

void RangeCallVisitor::on_tile(const base::Tile& tile) {
  if (call_.spec_.function->columns == nullptr || tile.rows == 1 || has_starts(tile)) {
    row_by_row(tile);
    return;
  }
  // Windows overlap: all steps of some rows are computed while their columns are in the cache.
  constexpr size_t kValuesAtOnce = 32 * 1024;
  const size_t rows_at_once = std::clamp<size_t>(kValuesAtOnce / tile.t.size(), 64, kRowsPerBlock);
  const bool whole = grid_.steps == 1 || tile.rows <= rows_at_once;
  if (whole) return column_by_column(tile);
  auto& columns = scratch_.block_columns;
  for (size_t begin = 0; begin < tile.rows; begin += rows_at_once) {
    columns.assign(tile.values, tile.values + tile.t.size());
    for (const double*& column : columns) column += begin;
    base::Tile block = tile;
    block.first_row += static_cast<uint32_t>(begin);
    block.rows = static_cast<uint32_t>(std::min<size_t>(rows_at_once, tile.rows - begin));
    block.values = columns.data();
    column_by_column(block);
  }
}

void RangeCallVisitor::column_by_column(const base::Tile& tile) {
  const bool by_sums = sum_events(tile);
  Span span{0, 0};
  for (size_t step = 0; step < grid_.steps; ++step) {
    if (status_.ok()) status_ = run_.check_sometimes();
    if (!status_.ok()) return;
    const WindowTimes times = call_.input_->window(grid_.at(step));
    advance(span, tile.t, times);
    if (span.size() == 0) continue;
    const uint64_t read = span.size() * tile.rows;
    if (by_sums) {
      run_.reads().add(step, read);
      events_of_window(tile, span, step);
      continue;
    }
    const bool full = std::all_of(tile.gaps + span.begin, tile.gaps + span.end,
                                  [](uint8_t gap) { return gap == 0; });
    if (full) {
      full_window(tile, span, step, times);
      run_.reads().add(step, read);
    } else {
      window_with_holes(tile, span, step, times);
      run_.reads().add(step, read - missing_);
    }
  }
}

/// Counts what happens between neighbouring columns once for all windows. False: not for this
/// function, or not for these samples.
bool RangeCallVisitor::sum_events(const base::Tile& tile) {
  const EventKernel events = call_.spec_.function->events;
  const size_t columns = tile.t.size();
  const bool has_gaps =
      std::any_of(tile.gaps, tile.gaps + columns, [](uint8_t g) { return g != 0; });
  if (events == nullptr || grid_.steps == 1 || has_gaps) return false;
  auto& sums = scratch_.event_sums;
  sums.assign(columns * tile.rows, 0);
  for (size_t c = 1; c < columns; ++c) {
    uint32_t* sum = sums.data() + c * tile.rows;
    events(tile.values[c - 1], tile.values[c], sum - tile.rows, sum, tile.rows);
  }
  return true;
}

void RangeCallVisitor::events_of_window(const base::Tile& tile, Span span, size_t step) {
  const uint32_t* before = scratch_.event_sums.data() + span.begin * tile.rows;
  const uint32_t* upto = scratch_.event_sums.data() + (span.end - 1) * tile.rows;
  double* out = out_.column(step).data() + tile.first_row;
  for (size_t row = 0; row < tile.rows; ++row) out[row] = upto[row] - before[row];
  set_bits(out_.bits(step), tile.first_row, tile.first_row + tile.rows);
}

/// The samples of a row are put together once; windows are parts of them.
void RangeCallVisitor::row_by_row(const base::Tile& tile) {
  const Span all{0, tile.t.size()};
  for (size_t row = 0; row < tile.rows; ++row) {
    collect_row(tile, all, row);
    Span span{0, 0};
    for (size_t step = 0; step < grid_.steps; ++step) {
      if (status_.ok()) status_ = run_.check_sometimes();
      if (!status_.ok()) return;
      const WindowTimes times = call_.input_->window(grid_.at(step));
      advance(span, std::span<const base::TimestampMs>(scratch_.row_t), times);
      if (span.size() == 0) continue;
      run_.reads().add(step, span.size());
      finish_row(tile.first_row + row, step, times, span);
    }
  }
}

void RangeCallVisitor::full_window(const base::Tile& tile, Span span, size_t step,
                                   const WindowTimes& times) {
  if (span.size() < call_.spec_.function->samples_min) return;
  rows_by_columns(tile, span, step, times);
}

void RangeCallVisitor::rows_by_columns(const base::Tile& tile, Span span, size_t step,
                                       const WindowTimes& times) {
  ColumnWindow window;
  window.t = tile.t.subspan(span.begin, span.size());
  window.columns = tile.values + span.begin;
  window.drops = tile.drops + span.begin;
  window.rows = tile.rows;
  window.times = times;
  double* out = out_.column(step).data() + tile.first_row;
  call_.spec_.function->columns(window, call_.param_at(step), out);
  set_bits(out_.bits(step), tile.first_row, tile.first_row + tile.rows);
}

void RangeCallVisitor::window_with_holes(const base::Tile& tile, Span span, size_t step,
                                         const WindowTimes& times) {
  find_holes(tile, span);
  const auto& holes = scratch_.rows_with_holes;
  const bool by_columns =
      span.size() >= call_.spec_.function->samples_min && holes.size() * 2 < tile.rows;
  if (!by_columns) {
    for (size_t row = 0; row < tile.rows; ++row) row_by_itself(tile, span, row, step, times);
    return;
  }
  rows_by_columns(tile, span, step, times);
  for (const uint32_t row : holes) {
    out_.clear(step, tile.first_row + row);
    row_by_itself(tile, span, row, step, times);
  }
}

void RangeCallVisitor::find_holes(const base::Tile& tile, Span span) {
  auto& holes = scratch_.rows_with_holes;
  holes.clear();
  for (size_t c = span.begin; c < span.end; ++c) {
    if (tile.gaps[c] == 0) continue;
    for (uint32_t row = 0; row < tile.rows; ++row) {
      if (!base::is_value(tile.values[c][row])) holes.push_back(row);
    }
  }
  missing_ = holes.size();
  std::sort(holes.begin(), holes.end());
  holes.erase(std::unique(holes.begin(), holes.end()), holes.end());
}

void RangeCallVisitor::row_by_itself(const base::Tile& tile, Span span, size_t row, size_t step,
                                     const WindowTimes& times) {
  collect_row(tile, span, row);
  finish_row(tile.first_row + row, step, times, {0, scratch_.row_v.size()});
}

void RangeCallVisitor::collect_row(const base::Tile& tile, Span span, size_t row) {
  scratch_.row_t.clear();
  scratch_.row_v.clear();
  scratch_.row_starts.clear();
  const bool starts = has_starts(tile);
  for (size_t c = span.begin; c < span.end; ++c) {
    const double v = tile.values[c][row];
    if (!base::is_value(v)) continue;
    scratch_.row_t.push_back(tile.t[c]);
    scratch_.row_v.push_back(v);
    if (!starts) continue;
    scratch_.row_starts.push_back(tile.starts[c] != nullptr ? tile.starts[c][row] : base::kNoStart);
  }
}

RowWindow RangeCallVisitor::window_of_row(const WindowTimes& times, Span span) const {
  RowWindow window;
  window.t = std::span(scratch_.row_t).subspan(span.begin, span.size());
  window.v = std::span(scratch_.row_v).subspan(span.begin, span.size());
  window.times = times;
  if (!scratch_.row_starts.empty()) {
    window.starts = std::span(scratch_.row_starts).subspan(span.begin, span.size());
  }
  return window;
}

void RangeCallVisitor::finish_row(size_t row, size_t step, const WindowTimes& times, Span span) {
  RowWindow window = window_of_row(times, span);
  if (!window.starts.empty()) {
    finish_started_row(row, step, window);
    return;
  }
  const RangeFunction& function = *call_.spec_.function;
  if (window.v.size() < function.samples_min) return;
  const double param = call_.param_at(step);
  window.trend = call_.param_at(step, 1);
  if (function.check != nullptr && status_.ok()) status_ = function.check(param, window.trend);
  double out = 0;
  if (function.sorting != nullptr) {
    auto& copy = scratch_.sorted;
    copy.assign(window.v.begin(), window.v.end());
    out_.put(step, row, function.sorting(param, copy));
  } else if (function.row(window, param, out)) {
    out_.put(step, row, out);
  }
}

void RangeCallVisitor::finish_started_row(size_t row, size_t step, const RowWindow& window) {
  const RangeFunction& function = *call_.spec_.function;
  if (function.wants_counter && any_overlap(window.t, window.starts)) {
    annotate_overlap(call_.input_schema_->labels[row].metric_name(), call_.spec_.range_pos, run_);
  }
  double out = 0;
  if (function.started(window, 0, out)) out_.put(step, row, out);
}

uint64_t RangeCallVisitor::weight_of(const base::MixedSeries& series, Span span) {
  uint64_t weight = span.size();
  for (size_t i = span.begin; i < span.end; ++i) {
    if (series.h[i] != nullptr) weight += sample_weight(*series.h[i]) - 1;
  }
  return weight;
}

void RangeCallVisitor::on_mixed(const base::MixedSeries& series) {
  // The first histogram makes the frame's table of them.
  std::unique_lock<std::mutex> turn;
  if (frame_mutex_ != nullptr) turn = std::unique_lock(*frame_mutex_);
  if (status_.ok()) status_ = run_.check_sometimes();
  Span span{0, 0};
  for (size_t step = 0; step < grid_.steps && status_.ok(); ++step) {
    const WindowTimes times = call_.input_->window(grid_.at(step));
    advance(span, series.t, times);
    run_.reads().add(step, weight_of(series, span));
    if (span.size() > 0) mixed_window(series, span, step, times);
  }
}

void RangeCallVisitor::mixed_window(const base::MixedSeries& series, Span span, size_t step,
                                    const WindowTimes& times) {
  scratch_.row_t.clear();
  scratch_.row_v.clear();
  scratch_.row_starts.clear();
  const bool starts = has_starts(series);
  size_t histograms = 0;
  for (size_t i = span.begin; i < span.end; ++i) {
    if (series.h[i] != nullptr) {
      histograms += base::is_stale(series.h[i]->sum) ? 0 : 1;
    } else if (!base::is_stale(series.v[i])) {
      scratch_.row_t.push_back(series.t[i]);
      scratch_.row_v.push_back(series.v[i]);
      if (starts) scratch_.row_starts.push_back(series.starts[i]);
    }
  }
  if (histograms > 0 && !accepts_mixed(series, span, histograms, step)) return;
  finish_row(series.row, step, times, {0, scratch_.row_v.size()});
}

bool RangeCallVisitor::accepts_mixed(const base::MixedSeries& series, Span span, size_t histograms,
                                     size_t step) {
  const size_t floats = scratch_.row_v.size();
  switch (call_.spec_.function->histograms) {
    case HistogramRule::kCounted:
      scratch_.row_t.clear();
      for (size_t i = span.begin; i < span.end; ++i) {
        const double v = series.h[i] != nullptr ? series.h[i]->sum : series.v[i];
        if (!base::is_stale(v)) scratch_.row_t.push_back(series.t[i]);
      }
      scratch_.row_v.resize(scratch_.row_t.size());
      return true;
    case HistogramRule::kPicked: {
      const bool first = call_.spec_.function->name.starts_with("first");
      size_t i = first ? span.begin : span.end - 1;
      // Stale markers of either kind are not samples of the window.
      const auto skip = [&series](size_t k) {
        return base::is_stale(series.h[k] ? series.h[k]->sum : series.v[k]);
      };
      while (skip(i)) first ? ++i : --i;
      if (series.h[i] == nullptr) return true;
      out_.put(step, series.row, series.h[i]);
      return false;
    }
    case HistogramRule::kIgnored:
      if (floats > 0) {
        run_.inform(
            "ignored histograms in a range containing both floats and histograms for "
            "metric name " +
                base::go_quote(call_.input_schema_->labels[series.row].metric_name()),
            call_.spec_.first_pos);
      }
      return floats > 0;
    case HistogramRule::kAlone:
      if (floats > 0) {
        warn_mixed(series.row);
      } else if (has_starts(series) || histograms >= call_.spec_.function->samples_min) {
        histogram_window(series, span, step);
      }
      return false;
    case HistogramRule::kPair: {
      size_t kinds[2] = {0, 0};
      size_t seen = 0;
      for (size_t i = span.end; i > span.begin && seen < 2; --i) {
        const bool is_histogram = series.h[i - 1] != nullptr;
        if (base::is_stale(is_histogram ? series.h[i - 1]->sum : series.v[i - 1])) continue;
        ++kinds[is_histogram ? 1 : 0];
        ++seen;
      }
      if (kinds[0] == 2) return true;
      if (kinds[1] == 2) histogram_window(series, span, step);
      if (kinds[0] == 1 && kinds[1] == 1) warn_mixed(series.row);
      return false;
    }
    case HistogramRule::kMixes:
      mixed_kernel_window(series, span, step);
      return false;
  }
  return false;
}

void RangeCallVisitor::histogram_window(const base::MixedSeries& series, Span span, size_t step) {
  std::vector<base::TimestampMs> t;
  std::vector<base::HistogramPtr> h;
  std::vector<base::TimestampMs> starts;
  for (size_t i = span.begin; i < span.end; ++i) {
    if (series.h[i] == nullptr || base::is_stale(series.h[i]->sum)) continue;
    t.push_back(series.t[i]);
    h.push_back(series.h[i]);
    if (has_starts(series)) starts.push_back(series.starts[i]);
  }
  HistogramNotes notes;
  base::HistogramPtr result =
      call_.spec_.function->histogram({t, h, call_.input_->window(grid_.at(step)), starts}, notes);
  if (!notes.empty()) {
    annotate(notes, call_.input_schema_->labels[series.row].metric_name(), call_.spec_.range_pos,
             run_);
  }
  if (result != nullptr) out_.put(step, series.row, std::move(result));
}

void RangeCallVisitor::mixed_kernel_window(const base::MixedSeries& series, Span span,
                                           size_t step) {
  std::vector<base::TimestampMs> t;
  std::vector<double> v;
  std::vector<base::HistogramPtr> h;
  std::vector<base::TimestampMs> starts;
  for (size_t i = span.begin; i < span.end; ++i) {
    if (base::is_stale(series.h[i] ? series.h[i]->sum : series.v[i])) continue;
    t.push_back(series.t[i]);
    v.push_back(series.v[i]);
    h.push_back(series.h[i]);
    if (has_starts(series)) starts.push_back(series.starts[i]);
  }
  double out = 0;
  const MixedWindow window{t, v, h, call_.input_->window(grid_.at(step)), starts};
  if (call_.spec_.function->mixed(window, out)) out_.put(step, series.row, out);
}

void RangeCallVisitor::warn_mixed(uint32_t row) {
  run_.warn("encountered a mix of histograms and floats for metric name " +
                base::go_quote(call_.input_schema_->labels[row].metric_name()),
            call_.spec_.range_pos);
}

}  // namespace tocsin::promql
