#include "promql/eval/kernels_math.h"

#include <cmath>
#include <limits>

#include "promql/eval/kernels_date.h"

namespace tocsin::promql {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kPi = 3.141592653589793238462643383279502884;

template <double (*kFn)(double)>
void each(std::span<double> values, std::span<const double>) {
  for (double& v : values) v = kFn(v);
}

double sign(double v) {
  if (v < 0) return -1;
  if (v > 0) return 1;
  return v;
}
double degrees(double v) { return v * 180 / kPi; }
double radians(double v) { return v * kPi / 180; }

void round_kernel(std::span<double> values, std::span<const double> params) {
  // Multiplying by the inverse, as upstream does, decides what 0.1 rounds to.
  const double inverse = 1.0 / (params.empty() ? 1.0 : params[0]);
  for (double& v : values) v = std::floor(v * inverse + 0.5) / inverse;
}
void clamp_kernel(std::span<double> values, std::span<const double> params) {
  for (double& v : values) v = go_max(params[0], go_min(params[1], v));
}
bool clamp_has_result(std::span<const double> params) { return !(params[0] > params[1]); }
void clamp_min_kernel(std::span<double> values, std::span<const double> params) {
  for (double& v : values) v = go_max(params[0], v);
}
void clamp_max_kernel(std::span<double> values, std::span<const double> params) {
  for (double& v : values) v = go_min(params[0], v);
}

constexpr MathFunction kFunctions[] = {
    {"abs", each<std::fabs>},
    {"ceil", each<std::ceil>},
    {"floor", each<std::floor>},
    {"exp", each<std::exp>},
    {"sqrt", each<std::sqrt>},
    {"ln", each<std::log>},
    {"log2", each<std::log2>},
    {"log10", each<std::log10>},
    {"sgn", each<sign>},
    {"sin", each<std::sin>},
    {"cos", each<std::cos>},
    {"tan", each<std::tan>},
    {"asin", each<std::asin>},
    {"acos", each<std::acos>},
    {"atan", each<std::atan>},
    {"sinh", each<std::sinh>},
    {"cosh", each<std::cosh>},
    {"tanh", each<std::tanh>},
    {"asinh", each<std::asinh>},
    {"acosh", each<std::acosh>},
    {"atanh", each<std::atanh>},
    {"deg", each<degrees>},
    {"rad", each<radians>},
    {"round", round_kernel},
    {"clamp", clamp_kernel, clamp_has_result},
    {"clamp_min", clamp_min_kernel},
    {"clamp_max", clamp_max_kernel},
    {"year", each<year_of>},
    {"month", each<month_of>},
    {"day_of_month", each<day_of_month_of>},
    {"day_of_week", each<day_of_week_of>},
    {"day_of_year", each<day_of_year_of>},
    {"days_in_month", each<days_in_month_of>},
    {"hour", each<hour_of>},
    {"minute", each<minute_of>},
};

}  // namespace

double go_max(double a, double b) {
  if (a == kInf || b == kInf) return kInf;
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  if (a == 0 && b == 0) return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

double go_min(double a, double b) {
  if (a == -kInf || b == -kInf) return -kInf;
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  if (a == 0 && b == 0) return std::signbit(a) ? a : b;
  return a < b ? a : b;
}

void negate_kernel(std::span<double> values, std::span<const double>) {
  for (double& v : values) v = -v;
}

const MathFunction* find_math_function(std::string_view name) {
  for (const MathFunction& function : kFunctions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

}  // namespace tocsin::promql
