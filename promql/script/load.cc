#include "promql/script/load.h"

#include <algorithm>

#include "promql/script/commands.h"

namespace tocsin::promql {
namespace {

using Points = std::vector<SequencePoint>;

bool is_value(const SequencePoint& point) {
  return !point.omitted && !point.h && !base::is_stale(point.v);
}

/// Whether a column store tells the same of the series: it ends what is missing after a value.
bool fits_columns(const Points& points, size_t columns) {
  bool alive = false;
  for (size_t i = 0; i < columns; ++i) {
    const bool there = i < points.size() && !points[i].omitted;
    if (there && points[i].h) return false;
    if (there && !is_value(points[i]) && !alive) return false;
    if (!there && alive) return false;
    alive = there && is_value(points[i]);
  }
  return true;
}

base::Status committed(base::StreamWriter& stream) {
  const auto stats = stream.commit();
  return stats ? base::Status() : base::Status(stats.error());
}

base::Result<base::WriterRow> add_rows(const std::vector<const SeriesLine*>& series,
                                       base::StreamWriter& stream) {
  std::vector<base::Labels> labels;
  for (const SeriesLine* one : series) labels.push_back(one->labels);
  return stream.add_series(labels);
}

/// Each step of all series as one column.
base::Status write_columns(const std::vector<const SeriesLine*>& series, base::DurationMs step,
                           base::StreamWriter& stream) {
  if (series.empty()) return {};
  ASSIGN_OR_RETURN(const base::WriterRow first, add_rows(series, stream));
  size_t steps = 0;
  for (const SeriesLine* one : series) steps = std::max(steps, one->points.size());
  for (size_t i = 0; i < steps; ++i) {
    ASSIGN_OR_RETURN(const auto column, stream.begin(static_cast<int64_t>(i) * step));
    for (size_t row = 0; row < series.size(); ++row) {
      // Where a value ends without a successor the store writes the stale marker itself.
      const Points& points = series[row]->points;
      if (i < points.size() && is_value(points[i]))
        column[first + row] = base::from_outside(points[i].v);
    }
    RETURN_IF_ERROR(committed(stream));
  }
  return {};
}

/// Each sample with a timestamp of its own.
base::Status write_loose(const std::vector<const SeriesLine*>& series, base::DurationMs step,
                         base::StreamWriter& stream) {
  if (series.empty()) return {};
  ASSIGN_OR_RETURN(base::WriterRow row, add_rows(series, stream));
  for (const SeriesLine* one : series) {
    base::TimestampMs t = 0;
    for (const SequencePoint& point : one->points) {
      if (point.h) {
        stream.add_histogram(row, t, point.h);
      } else if (!point.omitted) {
        stream.add_loose(row, t, base::from_outside(point.v));
      }
      t += step;
    }
    ++row;
  }
  return committed(stream);
}

base::Status write_block(const LoadCommand& block, base::SampleSink& sink) {
  size_t steps = 0;
  for (const SeriesLine& series : block.series) steps = std::max(steps, series.points.size());
  std::vector<const SeriesLine*> columns;
  std::vector<const SeriesLine*> loose;
  for (const SeriesLine& series : block.series)
    (fits_columns(series.points, steps) ? columns : loose).push_back(&series);
  RETURN_IF_ERROR(write_columns(columns, block.step, *sink.open_stream("load")));
  return write_loose(loose, block.step, *sink.open_stream("load, sample by sample"));
}

}  // namespace

base::Status load_script(std::string_view text, base::SampleSink& sink) {
  ASSIGN_OR_RETURN(const auto commands, parse_script(text, Features::all()));
  for (const Command& command : commands) {
    const auto* block = std::get_if<LoadCommand>(&command);
    if (block == nullptr) {
      return {base::Code::kInvalid, "only load blocks can be data: no eval, no clear"};
    }
    if (block->starts_line != 0) {
      return {base::Code::kUnsupported,
              "the store does not keep start timestamps (@st)",
              {"", block->starts_line, 1}};
    }
    RETURN_IF_ERROR(write_block(*block, sink));
  }
  return {};
}

}  // namespace tocsin::promql
