#include "promql/eval/keep_k.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/number.h"

namespace tocsin::promql {

base::Status KeepK::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(param_->eval(grid, run));
  ASSIGN_OR_RETURN(const bool any, check_counts(grid.steps));
  RETURN_IF_ERROR(child_->eval(grid, run));
  grouping_.bind(child_->schema(), run.ids());
  schema_ = child_->schema();
  take_over(*child_);
  Frame& out = frame();
  out.order.clear();
  if (!any) {
    out.reset(out.rows, out.steps);
    return {};
  }
  begin(run);
  for (size_t step = 0; step < grid.steps; ++step) {
    const double k = scalar_at(*param_, step);
    for (size_t group = 0; group < grouping_.groups(); ++group) {
      keep(grouping_.rows_of(group), step, k);
    }
  }
  return {};
}

base::Result<bool> KeepK::check_counts(size_t steps) {
  constexpr double kMinInt64 = -9223372036854775808.0;
  constexpr double kMaxInt64 = 9223372036854774784.0;
  double low = std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::lowest();
  bool any_nan = false;
  for (size_t step = 0; step < steps; ++step) {
    const double k = scalar_at(*param_, step);
    any_nan = any_nan || std::isnan(k);
    low = std::min(low, k);
    high = std::max(high, k);
  }
  const auto fail = [](std::string text) {
    return base::Error{base::Code::kInvalid, std::move(text)};
  };
  if (any_nan) return fail("Parameter value is NaN");
  if (high < 1) return false;
  if (low <= kMinInt64)
    return fail("Scalar value " + base::format_general(low) + " underflows int64");
  if (high >= kMaxInt64)
    return fail("Scalar value " + base::format_general(high) + " overflows int64");
  return true;
}

}  // namespace tocsin::promql
