#include "promql/eval/topk.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/number.h"

namespace tocsin::promql {

base::Status Topk::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(param_->eval(grid, run));
  ASSIGN_OR_RETURN(const bool any, check_counts(*param_, grid.steps));
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
  if (out.drop_histograms() > 0) {
    run.inform(
        std::string("ignored histogram in ") + (bottom_ ? "bottomk" : "topk") + " aggregation",
        pos_);
  }
  for (size_t step = 0; step < grid.steps; ++step) {
    const double k = scalar_at(*param_, step);
    const size_t rows = k < 1 ? 0 : static_cast<size_t>(std::min(k, static_cast<double>(out.rows)));
    for (size_t group = 0; group < grouping_.groups(); ++group) select_group(group, step, rows);
  }
  return {};
}

base::Result<bool> check_counts(Operator& param, size_t steps) {
  constexpr double kMinInt64 = -9223372036854775808.0;
  constexpr double kMaxInt64 = 9223372036854774784.0;
  double low = std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::lowest();
  bool any_nan = false;
  for (size_t step = 0; step < steps; ++step) {
    const double k = scalar_at(param, step);
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

void Topk::select_group(size_t group, size_t step, size_t k) {
  Frame& out = frame();
  candidates_.clear();
  for (const uint32_t row : grouping_.rows_of(group)) {
    if (!out.has(step, row)) continue;
    candidates_.push_back({out.at(step, row), static_cast<uint32_t>(candidates_.size()), row});
  }
  // Best first; NaN is worst; among equals the earlier one stays.
  const auto better = [this](const Candidate& a, const Candidate& b) {
    if (std::isnan(a.value) || std::isnan(b.value)) {
      return std::isnan(a.value) == std::isnan(b.value) ? a.place < b.place : std::isnan(b.value);
    }
    if (a.value == b.value) return a.place < b.place;
    return bottom_ ? a.value < b.value : a.value > b.value;
  };
  const auto kept = static_cast<std::ptrdiff_t>(std::min(k, candidates_.size()));
  std::partial_sort(candidates_.begin(), candidates_.begin() + kept, candidates_.end(), better);
  for (size_t i = k; i < candidates_.size(); ++i) out.clear(step, candidates_[i].row);
  if (out.steps != 1) return;
  for (std::ptrdiff_t i = 0; i < kept; ++i) out.order.push_back(candidates_[i].row);
}

}  // namespace tocsin::promql
