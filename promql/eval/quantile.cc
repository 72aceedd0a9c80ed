#include "promql/eval/quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/number.h"

namespace tocsin::promql {

double quantile_of(double q, std::span<double> values) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  if (values.empty() || std::isnan(q)) return std::numeric_limits<double>::quiet_NaN();
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  const auto less = [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; };
  const auto n = static_cast<double>(values.size());
  const double rank = q * (n - 1);
  const double weight = rank - std::floor(rank);
  // Two neighbours of the sorted values are all it takes.
  const auto lower = values.begin() + static_cast<std::ptrdiff_t>(std::max(0.0, std::floor(rank)));
  std::nth_element(values.begin(), lower, values.end(), less);
  const bool has_upper = lower + 1 != values.end();
  const double upper = has_upper ? *std::min_element(lower + 1, values.end(), less) : *lower;
  return *lower * (1 - weight) + upper * weight;
}

double mad_of(double, std::span<double> values) {
  const bool any_nan = std::any_of(values.begin(), values.end(), [](double v) { return v != v; });
  if (any_nan) return std::numeric_limits<double>::quiet_NaN();
  const double median = quantile_of(0.5, values);
  for (double& v : values) v = std::fabs(v - median);
  return quantile_of(0.5, values);
}

std::string quantile_warning(double q) {
  return "quantile value should be between 0 and 1, got " + base::format_general(q);
}

}  // namespace tocsin::promql
