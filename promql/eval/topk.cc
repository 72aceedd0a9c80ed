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

/// The worst is at the front. Equals are told apart by nothing but the heap's shape, so the heap is
/// upstream's, move by move. Source: Go's container/heap, prometheus:promql/engine.go aggregationK.
void Topk::push(const Candidate& candidate) {
  heap_.push_back(candidate);
  for (size_t j = heap_.size() - 1; j > 0;) {
    const size_t parent = (j - 1) / 2;
    if (!is_worse(heap_[j].value, heap_[parent].value)) break;
    std::swap(heap_[parent], heap_[j]);
    j = parent;
  }
}

void Topk::replace_worst(const Candidate& candidate) {
  heap_[0] = candidate;
  for (size_t i = 0;;) {
    size_t child = 2 * i + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && is_worse(heap_[child + 1].value, heap_[child].value)) ++child;
    if (!is_worse(heap_[child].value, heap_[i].value)) break;
    std::swap(heap_[i], heap_[child]);
    i = child;
  }
}

bool Topk::is_worse(double a, double b) const {
  if (std::isnan(a)) return true;
  return bottom_ ? a > b : a < b;
}

void Topk::select_group(size_t group, size_t step, size_t k) {
  Frame& out = frame();
  heap_.clear();
  for (const uint32_t row : grouping_.rows_of(group)) {
    if (!out.has(step, row)) continue;
    out.clear(step, row);
    const Candidate candidate{out.at(step, row), row};
    if (heap_.size() < k) {
      push(candidate);
    } else if (k > 0 && !std::isnan(candidate.value) && is_worse(heap_[0].value, candidate.value)) {
      replace_worst(candidate);
    }
  }
  for (const Candidate& kept : heap_) out.set(step, kept.row);
  if (out.steps != 1) return;
  std::stable_sort(heap_.begin(), heap_.end(), [this](const Candidate& a, const Candidate& b) {
    return !std::isnan(a.value) && is_worse(b.value, a.value);
  });
  for (const Candidate& kept : heap_) out.order.push_back(kept.row);
}

}  // namespace tocsin::promql
