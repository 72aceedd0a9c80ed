#include "promql/plan/result.h"

#include <algorithm>
#include <utility>

#include "promql/eval/kernels_extended.h"
#include "promql/eval/projection.h"
#include "promql/eval/sample_table.h"

namespace tocsin::promql {
namespace {

Point point_at(const Frame& frame, size_t step, size_t row, base::TimestampMs t) {
  Point point{t, frame.at(step, row), nullptr};
  if (frame.is_histogram(step, row)) {
    point.v = 0;
    point.h = frame.histograms[step * frame.rows + row];
  }
  return point;
}

/// The rows that may have samples, in the order of the result.
std::vector<uint32_t> rows_of_result(Operator& root, bool is_range) {
  const Frame& frame = root.frame();
  if (is_range) return root.schema()->label_order();
  if (!frame.order.empty()) return frame.order;
  std::vector<uint32_t> rows;
  rows.reserve(frame.count());
  for_each_bit(frame.bits(0), [&](size_t row) { rows.push_back(static_cast<uint32_t>(row)); });
  return rows;
}

void collect_series(Operator& root, const Grid& grid, bool is_range,
                    std::vector<ResultSeries>& series) {
  const Frame& frame = root.frame();
  for (const uint32_t row : rows_of_result(root, is_range)) {
    ResultSeries found;
    for (size_t step = 0; step < grid.steps; ++step) {
      if (frame.has(step, row)) found.points.push_back(point_at(frame, step, row, grid.at(step)));
    }
    if (found.points.empty()) continue;
    found.labels = root.schema()->labels[row];
    series.push_back(std::move(found));
  }
}

/// Fills in what both forms of a result share; false when that is all.
bool begin_result(Operator& root, const Grid& grid, bool is_range, QueryResult& result) {
  if (is_range) {
    result.type = ValueType::kMatrix;
  } else if (result.type == ValueType::kScalar) {
    result.scalar = {grid.start, root.frame().at(0, 0), nullptr};
    return false;
  }
  return true;
}

/// Copies the samples of one window.
class WindowVisitor final : public base::TileVisitor {
 public:
  WindowVisitor(const RowSchema& rows, WindowTimes times, RangeMode mode, Run& run)
      : rows_(rows), times_(times), mode_(mode), run_(run) {}

  void on_tile(const base::Tile& tile) override {
    for (size_t row = 0; row < tile.rows && status_.ok(); ++row) {
      ResultSeries& series = begin(tile.first_row + row);
      for (size_t c = 0; c < tile.t.size(); ++c) {
        const double v = tile.values[c][row];
        if (base::is_value(v)) add(series, {tile.t[c], v, nullptr});
      }
      finish();
    }
  }

  void on_mixed(const base::MixedSeries& mixed) override {
    if (!status_.ok()) return;
    if (mode_ != RangeMode::kPlain) {
      const std::string name = mode_ == RangeMode::kAnchored ? "anchored" : "smoothed";
      status_ = {base::Code::kInvalid, name + " modifier is not supported with histograms"};
      return;
    }
    ResultSeries& series = begin(mixed.row);
    for (size_t i = 0; i < mixed.t.size(); ++i) {
      const double v = mixed.h[i] != nullptr ? mixed.h[i]->sum : mixed.v[i];
      if (!base::is_stale(v)) add(series, {mixed.t[i], mixed.h[i] ? 0 : v, mixed.h[i]});
    }
    finish();
  }

  base::Result<std::vector<ResultSeries>> take() {
    RETURN_IF_ERROR(status_);
    std::sort(found_.begin(), found_.end(),
              [](const ResultSeries& a, const ResultSeries& b) { return a.labels < b.labels; });
    const auto twin = std::adjacent_find(
        found_.begin(), found_.end(),
        [](const ResultSeries& a, const ResultSeries& b) { return a.labels == b.labels; });
    if (twin != found_.end()) return same_labelset();
    return std::move(found_);
  }

 private:
  ResultSeries& begin(size_t row) {
    const base::Labels& labels = rows_.labels[row];
    found_.push_back({rows_.drops_name(row) ? labels.without_name() : labels, {}});
    return found_.back();
  }
  void add(ResultSeries& series, Point point) {
    if (point.t > times_.samples_from && point.t <= times_.samples_to)
      series.points.push_back(std::move(point));
  }
  /// Replaces samples beyond the range by one at each of its ends.
  void extend(std::vector<Point>& points) const {
    std::vector<base::TimestampMs> t;
    std::vector<double> v;
    for (const Point& point : points) {
      t.push_back(point.t);
      v.push_back(point.v);
    }
    points.clear();
    for (const FloatSample& sample : extend_floats({t, v, times_}, mode_))
      points.push_back({sample.t, sample.v, nullptr});
  }
  void finish() {
    std::vector<Point>& points = found_.back().points;
    if (mode_ != RangeMode::kPlain && !points.empty()) extend(points);
    points_ += found_.back().points.size();
    run_.reads().add(0, found_.back().points.size());
    if (found_.back().points.empty()) found_.pop_back();
    status_ = run_.hold_samples(points_);
    if (status_.ok()) status_ = run_.check_sometimes();
  }

  const RowSchema& rows_;
  WindowTimes times_;
  RangeMode mode_;
  Run& run_;
  std::vector<ResultSeries> found_;
  uint64_t points_ = 0;
  base::Status status_;
};

}  // namespace

base::Result<Grid> to_grid(const EvalRange& range) {
  if (range.instant() || range.start == range.end) return Grid{range.start, 1, 1};
  if (range.step <= 0) {
    return base::Error{base::Code::kInvalid, "the step of a range query must be greater than 0"};
  }
  if (range.end < range.start) {
    return base::Error{base::Code::kInvalid,
                       "the end of a range query must not be before its start"};
  }
  const base::DurationMs length = range.end - range.start;
  return Grid{range.start, range.step, static_cast<size_t>(length / range.step) + 1,
              length % range.step};
}

void collect_values(Operator& root, const Grid& grid, bool is_range, QueryResult& result) {
  if (begin_result(root, grid, is_range, result)) {
    collect_series(root, grid, is_range, result.series);
  }
}

void collect_table(Operator& root, const Grid& grid, bool is_range, QueryResult& result) {
  if (!begin_result(root, grid, is_range, result)) return;
  auto table = std::make_shared<SampleTable>();
  table->schema = root.schema();
  table->rows = rows_of_result(root, is_range);
  table->grid = grid;
  table->frame = std::exchange(root.frame(), {});
  result.table = std::move(table);
}

base::Result<std::vector<ResultSeries>> collect_windows(RangeInput& input, const Grid& grid,
                                                        Run& run) {
  RETURN_IF_ERROR(input.open(grid, run));
  WindowVisitor visitor(*input.schema(), input.window(grid.start), input.mode(), run);
  RETURN_IF_ERROR(input.visit(visitor));
  return visitor.take();
}

}  // namespace tocsin::promql
