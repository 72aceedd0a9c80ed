#include "promql/eval/map_call.h"

#include <algorithm>

#include "promql/eval/histogram_arithmetic.h"

namespace tocsin::promql {

base::Status MapCall::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  for (const auto& param : params_) RETURN_IF_ERROR(param->eval(grid, run));
  if (spec_.negates_histograms) {
    negate_histograms(child_->frame());
  } else {
    child_->frame().drop_histograms();
  }
  // Before names go: rows without a result cannot clash.
  if (spec_.function.has_result != nullptr) drop_steps_without_result(child_->frame());
  bind_dropped_names(projection_, child_->schema(), run.ids(), spec_.delayed_names);
  schema_ = projection_.schema();
  if (projection_.is_identity()) {
    take_over(*child_);
  } else {
    RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
    RETURN_IF_ERROR(projection_.apply(child_->frame(), frame()));
  }
  for (size_t step = 0; step < grid.steps; ++step) {
    read_params(step);
    spec_.function.kernel(frame().column(step), param_values_);
  }
  return {};
}

void MapCall::read_params(size_t step) {
  for (size_t i = 0; i < params_.size(); ++i) param_values_[i] = scalar_at(*params_[i], step);
}

void MapCall::drop_steps_without_result(Frame& values) {
  for (size_t step = 0; step < values.steps; ++step) {
    read_params(step);
    if (!spec_.function.has_result(param_values_)) std::ranges::fill(values.bits(step), 0);
  }
}

void MapCall::negate_histograms(Frame& values) {
  for (base::HistogramPtr& h : values.histograms) {
    if (h == nullptr) continue;
    auto negative = std::make_shared<base::FloatHistogram>(*h);
    multiply(*negative, -1);
    h = std::move(negative);
  }
}

base::Status StepTimestamp::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  bind_dropped_names(projection_, child_->schema(), run.ids(), delayed_names_);
  schema_ = projection_.schema();
  if (projection_.is_identity()) {
    take_over(*child_);
  } else {
    RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
    RETURN_IF_ERROR(projection_.apply(child_->frame(), frame()));
  }
  frame().histograms.clear();
  for (size_t step = 0; step < grid.steps; ++step) {
    std::ranges::fill(frame().column(step), static_cast<double>(grid.at(step)) / 1000);
  }
  return {};
}

}  // namespace tocsin::promql
