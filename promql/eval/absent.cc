#include "promql/eval/absent.h"

#include <algorithm>
#include <set>

namespace tocsin::promql {
namespace {

RowSchemaPtr one_row(const base::Labels& labels, SchemaIds& ids) {
  auto schema = make_schema(ids);
  schema->labels.push_back(labels);
  return schema;
}

/// Marks the steps whose window holds a sample.
class CoverageVisitor final : public base::TileVisitor {
 public:
  CoverageVisitor(const RangeInput& input, const Grid& grid, std::vector<uint8_t>& covered)
      : input_(input), grid_(grid), covered_(covered) {}

  void on_tile(const base::Tile& tile) override {
    filled_.resize(tile.t.size());
    for (size_t c = 0; c < tile.t.size(); ++c) {
      filled_[c] = tile.gaps[c] == 0 ||
                   std::any_of(tile.values[c], tile.values[c] + tile.rows, base::is_value);
    }
    cover(tile.t);
  }
  void on_mixed(const base::MixedSeries& series) override {
    filled_.resize(series.t.size());
    for (size_t i = 0; i < series.t.size(); ++i) {
      filled_[i] = !base::is_stale(series.h[i] != nullptr ? series.h[i]->sum : series.v[i]);
    }
    cover(series.t);
  }

 private:
  /// The newest filled sample up to the window's end decides.
  void cover(std::span<const base::TimestampMs> t) {
    size_t end = 0;
    size_t newest = 0;  // One past the newest filled sample seen.
    for (size_t step = 0; step < grid_.steps; ++step) {
      const WindowTimes times = input_.window(grid_.at(step));
      for (; end < t.size() && t[end] <= times.end; ++end) {
        if (filled_[end] != 0) newest = end + 1;
      }
      if (newest > 0 && t[newest - 1] > times.start) covered_[step] = 1;
    }
  }

  const RangeInput& input_;
  const Grid& grid_;
  std::vector<uint8_t>& covered_;
  std::vector<uint8_t> filled_;  // By sample of the tile at hand.
};

}  // namespace

base::Labels absent_labels(const base::Matchers& matchers) {
  base::LabelsBuilder builder;
  std::set<std::string> seen;
  for (const base::Matcher& matcher : matchers) {
    if (matcher.name() == base::kMetricName) continue;
    const bool fresh = seen.insert(matcher.name()).second;
    if (fresh && matcher.op() == base::MatchOp::kEqual) {
      builder.set(matcher.name(), matcher.value());
    } else {
      builder.remove(matcher.name());
    }
  }
  return builder.build();
}

base::Status Absent::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  if (schema_ == nullptr) schema_ = one_row(labels_, run.ids());
  RETURN_IF_ERROR(reset_own(1, grid.steps, run));
  for (size_t step = 0; step < grid.steps; ++step) {
    if (!child_->frame().any(step)) frame().put(step, 0, 1);
  }
  return {};
}

base::Status AbsentOverTime::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(input_->open(grid, run));
  if (schema_ == nullptr) schema_ = one_row(labels_, run.ids());
  covered_.assign(grid.steps, 0);
  CoverageVisitor visitor(*input_, grid, covered_);
  RETURN_IF_ERROR(input_->visit(visitor));
  RETURN_IF_ERROR(reset_own(1, grid.steps, run));
  for (size_t step = 0; step < grid.steps; ++step) {
    if (covered_[step] == 0) frame().put(step, 0, 1);
  }
  return {};
}

}  // namespace tocsin::promql
