#include "promql/syntax/functions.h"

#include <algorithm>

namespace tocsin::promql {
namespace {

constexpr ValueType kS = ValueType::kScalar;
constexpr ValueType kT = ValueType::kString;
constexpr ValueType kV = ValueType::kVector;
constexpr ValueType kM = ValueType::kMatrix;
constexpr bool kExperimental = true;

// Sorted by name. Columns: name, arguments, variadic, result, experimental.
// Source: prometheus promql/parser/functions.go.
const std::vector<Function>& table() {
  static const std::vector<Function> kTable = {
      {"abs", {kV}},
      {"absent", {kV}},
      {"absent_over_time", {kM}},
      {"acos", {kV}},
      {"acosh", {kV}},
      {"asin", {kV}},
      {"asinh", {kV}},
      {"atan", {kV}},
      {"atanh", {kV}},
      {"avg_over_time", {kM}},
      {"ceil", {kV}},
      {"changes", {kM}},
      {"clamp", {kV, kS, kS}},
      {"clamp_max", {kV, kS}},
      {"clamp_min", {kV, kS}},
      {"cos", {kV}},
      {"cosh", {kV}},
      {"count_over_time", {kM}},
      {"day_of_month", {kV}, 1, kV},
      {"day_of_week", {kV}, 1, kV},
      {"day_of_year", {kV}, 1, kV},
      {"days_in_month", {kV}, 1, kV},
      {"deg", {kV}},
      {"delta", {kM}},
      {"deriv", {kM}},
      {"double_exponential_smoothing", {kM, kS, kS}, 0, kV, kExperimental},
      {"end", {}, 0, kS, kExperimental},
      {"exp", {kV}},
      {"first_over_time", {kM}},
      {"floor", {kV}},
      {"histogram_avg", {kV}},
      {"histogram_count", {kV}},
      {"histogram_fraction", {kS, kS, kV}},
      {"histogram_quantile", {kS, kV}},
      {"histogram_quantiles", {kV, kT, kS, kS}, 9, kV, kExperimental},
      {"histogram_stddev", {kV}},
      {"histogram_stdvar", {kV}},
      {"histogram_sum", {kV}},
      {"hour", {kV}, 1, kV},
      {"idelta", {kM}},
      {"increase", {kM}},
      {"info", {kV, kV}, 1, kV, kExperimental},
      {"irate", {kM}},
      {"label_join", {kV, kT, kT, kT}, -1, kV},
      {"label_replace", {kV, kT, kT, kT, kT}},
      {"last_over_time", {kM}},
      {"ln", {kV}},
      {"log10", {kV}},
      {"log2", {kV}},
      {"mad_over_time", {kM}, 0, kV, kExperimental},
      {"max_of", {kS, kS}, 0, kS, kExperimental},
      {"max_over_time", {kM}},
      {"min_of", {kS, kS}, 0, kS, kExperimental},
      {"min_over_time", {kM}},
      {"minute", {kV}, 1, kV},
      {"month", {kV}, 1, kV},
      {"pi", {}, 0, kS},
      {"predict_linear", {kM, kS}},
      {"present_over_time", {kM}},
      {"quantile_over_time", {kS, kM}},
      {"rad", {kV}},
      {"range", {}, 0, kS, kExperimental},
      {"rate", {kM}},
      {"resets", {kM}},
      {"round", {kV, kS}, 1, kV},
      {"scalar", {kV}, 0, kS},
      {"sgn", {kV}},
      {"sin", {kV}},
      {"sinh", {kV}},
      {"sort", {kV}},
      {"sort_by_label", {kV, kT}, -1, kV, kExperimental},
      {"sort_by_label_desc", {kV, kT}, -1, kV, kExperimental},
      {"sort_desc", {kV}},
      {"sqrt", {kV}},
      {"start", {}, 0, kS, kExperimental},
      {"start_timestamp", {kV}, 0, kV, kExperimental},
      {"stddev_over_time", {kM}},
      {"stdvar_over_time", {kM}},
      {"step", {}, 0, kS, kExperimental},
      {"sum_over_time", {kM}},
      {"tan", {kV}},
      {"tanh", {kV}},
      {"time", {}, 0, kS},
      {"timestamp", {kV}},
      {"ts_of_first_over_time", {kM}, 0, kV, kExperimental},
      {"ts_of_last_over_time", {kM}, 0, kV, kExperimental},
      {"ts_of_max_over_time", {kM}, 0, kV, kExperimental},
      {"ts_of_min_over_time", {kM}, 0, kV, kExperimental},
      {"vector", {kS}},
      {"year", {kV}, 1, kV},
  };
  return kTable;
}

}  // namespace

const Function* find_function(std::string_view name) {
  const auto& all = table();
  const auto at = std::lower_bound(all.begin(), all.end(), name,
                                   [](const Function& f, auto text) { return f.name < text; });
  return at != all.end() && at->name == name ? &*at : nullptr;
}

std::span<const Function> functions() { return table(); }

}  // namespace tocsin::promql
