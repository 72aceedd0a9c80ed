// Functions of single values: abs, ln, round, clamp, dates …
#pragma once

#include <span>
#include <string_view>

namespace tocsin::promql {

/// Replaces every value by its image. `params`: the function's scalar arguments at this step.
using MathKernel = void (*)(std::span<double> values, std::span<const double> params);

struct MathFunction {
  std::string_view name;
  MathKernel kernel;
  /// False where the function has no result at all (clamp with min > max); null: always has.
  bool (*has_result)(std::span<const double> params) = nullptr;
};

/// By name, or nullptr. Static lifetime. Source: prometheus:promql/functions.go.
const MathFunction* find_math_function(std::string_view name);

/// Go's math.Max and math.Min: NaN wins, except that +Inf (−Inf) beats it; +0 is above −0.
double go_max(double a, double b);
double go_min(double a, double b);

/// Unary minus.
void negate_kernel(std::span<double> values, std::span<const double> params);

}  // namespace tocsin::promql
