#include "promql/eval/aggregate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "promql/eval/histogram_total.h"
#include "promql/eval/quantile.h"

namespace tocsin::promql {

base::Status Aggregate::evaluate(const Grid& grid, Run& run) {
  if (param_) RETURN_IF_ERROR(param_->eval(grid, run));
  RETURN_IF_ERROR(child_->eval(grid, run));
  const bool any_order = spec_.op == AggregateOp::kCount || spec_.op == AggregateOp::kGroup;
  grouping_.bind(child_->schema(), run.ids(), any_order);
  schema_ = grouping_.schema();
  run.memory().group_values.reserve(child_->schema()->rows());
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  if (param_) warn_of_bad_quantiles(run);
  for (size_t step = 0; step < grid.steps; ++step) {
    const double param = param_ ? scalar_at(*param_, step) : 0;
    for (size_t group = 0; group < grouping_.groups(); ++group) {
      aggregate_group(group, step, param, run);
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

void Aggregate::aggregate_group(size_t group, size_t step, double param, Run& run) {
  const Frame& input = child_->frame();
  std::vector<double>& values = run.memory().group_values;
  values.clear();
  histograms_.clear();
  if (!input.has_histograms()) {
    gather_floats(input, group, step, values);
    if (!values.empty()) frame().put(step, group, kernel_(values, param));
    return;
  }
  for (const uint32_t row : grouping_.rows_of(group)) {
    if (!input.has(step, row)) continue;
    if (input.is_histogram(step, row)) {
      histograms_.push_back(input.histograms[step * input.rows + row]);
    } else {
      values.push_back(input.at(step, row));
    }
  }
  if (!histograms_.empty() && !accepts_histograms(group, step, run)) return;
  if (!values.empty()) frame().put(step, group, kernel_(values, param));
}

void Aggregate::gather_floats(const Frame& input, size_t group, size_t step,
                              std::vector<double>& values) {
  const auto rows = grouping_.rows_of(group);
  const auto column = input.column(step);
  const auto bits = input.bits(step);
  values.resize(rows.size());
  size_t count = 0;
  for (const uint32_t row : rows) {
    values[count] = column[row];
    count += (bits[row / 64] >> (row % 64)) & 1u;
  }
  values.resize(count);
}

bool Aggregate::accepts_histograms(size_t group, size_t step, Run& run) {
  std::vector<double>& values = run.memory().group_values;
  if (spec_.op == AggregateOp::kCount || spec_.op == AggregateOp::kGroup) {
    values.resize(values.size() + histograms_.size());
    return true;
  }
  if (spec_.op != AggregateOp::kSum && spec_.op != AggregateOp::kAvg) {
    run.inform("ignored histogram in " + std::string(to_string(spec_.op)) + " aggregation",
               spec_.operand_pos);
    return true;
  }
  if (values.empty()) {
    total_histograms(group, step, run);
  } else {
    run.warn("encountered a mix of histograms and floats for aggregation", spec_.operand_pos);
  }
  return false;
}

void Aggregate::total_histograms(size_t group, size_t step, Run& run) {
  HistogramNotes notes;
  HistogramTotal total = spec_.op == AggregateOp::kSum ? sum_histograms(histograms_, notes)
                                                       : average_histograms(histograms_, notes);
  if (!notes.empty()) {
    annotate(notes, metric_of_histogram(group, step, total.misfit), spec_.operand_pos, run);
  }
  if (total.h == nullptr) return;
  compact(*total.h);
  frame().put(step, group, std::move(total.h));
}

/// The metric name of a group's n-th histogram at the step.
std::string_view Aggregate::metric_of_histogram(size_t group, size_t step, size_t n) const {
  const Frame& input = child_->frame();
  for (const uint32_t row : grouping_.rows_of(group)) {
    if (!input.has(step, row) || !input.is_histogram(step, row)) continue;
    if (n-- == 0) return child_->schema()->labels[row].metric_name();
  }
  return {};
}

}  // namespace tocsin::promql
