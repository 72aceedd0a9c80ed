#include "promql/eval/scalars.h"

#include <limits>

#include "promql/eval/kernels_binary.h"

namespace tocsin::promql {

base::Status NumberScalar::evaluate(const Grid& grid, Run& run) {
  if (schema_ == nullptr) schema_ = make_scalar_schema(run.ids());
  RETURN_IF_ERROR(reset_own(1, grid.steps, run));
  for (size_t step = 0; step < grid.steps; ++step) frame().put(step, 0, value_);
  return {};
}

base::Status TimeScalar::evaluate(const Grid& grid, Run& run) {
  if (schema_ == nullptr) schema_ = make_scalar_schema(run.ids());
  RETURN_IF_ERROR(reset_own(1, grid.steps, run));
  for (size_t step = 0; step < grid.steps; ++step) {
    frame().put(step, 0, static_cast<double>(grid.at(step)) / 1000);
  }
  return {};
}

base::Status ScalarOfVector::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  if (schema_ == nullptr) schema_ = make_scalar_schema(run.ids());
  RETURN_IF_ERROR(reset_own(1, grid.steps, run));
  Frame& input = child_->frame();
  input.drop_histograms();
  for (size_t step = 0; step < grid.steps; ++step) {
    size_t found = 0;
    double value = std::numeric_limits<double>::quiet_NaN();
    for_each_bit(input.bits(step), [&](size_t row) {
      ++found;
      value = input.at(step, row);
    });
    frame().put(step, 0, found == 1 ? value : std::numeric_limits<double>::quiet_NaN());
  }
  return {};
}

base::Status ScalarBinary::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(lhs_->eval(grid, run));
  RETURN_IF_ERROR(rhs_->eval(grid, run));
  schema_ = lhs_->schema();
  take_over(*lhs_);
  for (size_t step = 0; step < grid.steps; ++step) {
    double& value = frame().values[step];
    value = apply_to_scalars(op_, value, scalar_at(*rhs_, step));
  }
  return {};
}

base::Status ScalarExtreme::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(lhs_->eval(grid, run));
  RETURN_IF_ERROR(rhs_->eval(grid, run));
  schema_ = lhs_->schema();
  take_over(*lhs_);
  for (size_t step = 0; step < grid.steps; ++step) {
    double& value = frame().values[step];
    value = of_(value, scalar_at(*rhs_, step));
  }
  return {};
}

base::Status ScalarNegate::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  schema_ = child_->schema();
  take_over(*child_);
  for (double& value : frame().values) value = -value;
  return {};
}

}  // namespace tocsin::promql
