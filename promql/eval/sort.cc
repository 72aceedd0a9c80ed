#include "promql/eval/sort.h"

#include <algorithm>
#include <cmath>

namespace tocsin::promql {

base::Status Sort::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  take_over(*child_);
  schema_ = child_->schema();
  if (run.is_range()) {
    run.warn("sort is ineffective for range queries since results are always ordered by labels",
             pos_);
    return {};
  }
  Frame& out = frame();
  out.drop_histograms();
  out.order.clear();
  if (out.steps != 1) return {};
  for_each_bit(out.bits(0), [&](size_t row) { out.order.push_back(static_cast<uint32_t>(row)); });
  std::stable_sort(out.order.begin(), out.order.end(), [&](uint32_t a, uint32_t b) {
    const double x = out.at(0, a);
    const double y = out.at(0, b);
    if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
    return descending_ ? x > y : x < y;
  });
  return {};
}

}  // namespace tocsin::promql
