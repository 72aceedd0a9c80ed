#include "promql/eval/aggregate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "promql/eval/quantile.h"

namespace tocsin::promql {

base::Status Aggregate::evaluate(const Grid& grid, Run& run) {
  if (param_) RETURN_IF_ERROR(param_->eval(grid, run));
  RETURN_IF_ERROR(child_->eval(grid, run));
  grouping_.bind(child_->schema(), run.ids());
  schema_ = grouping_.schema();
  values_.reserve(child_->schema()->rows());
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  if (param_) warn_of_bad_quantiles(run);
  for (size_t step = 0; step < grid.steps; ++step) {
    const double param = param_ ? scalar_at(*param_, step) : 0;
    for (size_t group = 0; group < grouping_.groups(); ++group) {
      RETURN_IF_ERROR(aggregate_group(group, step, param, run));
    }
  }
  return {};
}

/// At most three: for NaN, for the highest and for the lowest over all steps.
void Aggregate::warn_of_bad_quantiles(Run& run) {
  double lowest = 0;
  double highest = 1;
  bool any_nan = false;
  for (const double q : param_->frame().values) {
    any_nan = any_nan || std::isnan(q);
    lowest = std::min(lowest, q);
    highest = std::max(highest, q);
  }
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (any_nan) run.warn(quantile_warning(kNan), spec_.param_pos);
  if (highest > 1) run.warn(quantile_warning(highest), spec_.param_pos);
  if (lowest < 0) run.warn(quantile_warning(lowest), spec_.param_pos);
}

base::Status Aggregate::aggregate_group(size_t group, size_t step, double param, Run& run) {
  const Frame& input = child_->frame();
  values_.clear();
  size_t histograms = 0;
  for (const uint32_t row : grouping_.rows_of(group)) {
    if (!input.has(step, row)) continue;
    if (input.is_histogram(step, row)) {
      ++histograms;
    } else {
      values_.push_back(input.at(step, row));
    }
  }
  if (histograms > 0) {
    ASSIGN_OR_RETURN(const bool accepted, accepts(histograms, run));
    if (!accepted) return {};
  }
  if (!values_.empty()) frame().put(step, group, kernel_(values_, param));
  return {};
}

base::Result<bool> Aggregate::accepts(size_t histograms, Run& run) {
  if (spec_.op == AggregateOp::kCount || spec_.op == AggregateOp::kGroup) {
    values_.resize(values_.size() + histograms);
    return true;
  }
  if (spec_.op == AggregateOp::kSum || spec_.op == AggregateOp::kAvg) {
    if (values_.empty()) return histogram_refused(run, to_string(spec_.op), spec_.operand_pos);
    run.warn("encountered a mix of histograms and floats for aggregation", spec_.operand_pos);
    return false;
  }
  run.inform("ignored histogram in " + std::string(to_string(spec_.op)) + " aggregation",
             spec_.operand_pos);
  return true;
}

}  // namespace tocsin::promql
