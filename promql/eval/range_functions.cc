#include "promql/eval/range_functions.h"

#include <cstdio>

#include "promql/eval/kernels_over_time.h"
#include "promql/eval/kernels_rate.h"
#include "promql/eval/kernels_regression.h"
#include "promql/eval/kernels_started.h"
#include "promql/eval/quantile.h"

namespace tocsin::promql {
namespace {

using Rule = HistogramRule;

bool is_factor(double v) { return v > 0 && v < 1; }

/// Of double_exponential_smoothing.
base::Status check_factors(double smoothing, double trend) {
  const bool is_smoothing = !is_factor(smoothing);
  if (!is_smoothing && is_factor(trend)) return {};
  char text[400];
  std::snprintf(text, sizeof text, "invalid %s factor. Expected: 0 < %s < 1, got: %f",
                is_smoothing ? "smoothing" : "trend", is_smoothing ? "sf" : "tf",
                is_smoothing ? smoothing : trend);
  return {base::Code::kInvalid, text};
}

constexpr RangeFunction kFunctions[] = {
    {"rate", rate_row, rate_columns, 2, Rule::kAlone, false, true, nullptr, nullptr, rate_histogram,
     nullptr, rate_started_row},
    {"increase", increase_row, increase_columns, 2, Rule::kAlone, false, true, nullptr, nullptr,
     increase_histogram, nullptr, increase_started_row},
    {"delta", delta_row, delta_columns, 2, Rule::kAlone, false, false, nullptr, nullptr,
     delta_histogram},
    {"irate", irate_row, irate_columns, 2, Rule::kPair, false, false, nullptr, nullptr,
     irate_histogram, nullptr, irate_started_row},
    {"idelta", idelta_row, idelta_columns, 2, Rule::kPair, false, false, nullptr, nullptr,
     idelta_histogram},
    {"deriv", deriv_row, deriv_columns, 2},
    {"predict_linear", predict_linear_row, predict_linear_columns, 2},
    {"changes", changes_row, changes_columns, 1, Rule::kMixes, false, false, nullptr, nullptr,
     nullptr, changes_mixed, nullptr, change_events},
    {"resets", resets_row, resets_columns, 1, Rule::kMixes, false, false, nullptr, nullptr, nullptr,
     resets_mixed, resets_started_row, reset_events},
    {"avg_over_time", avg_row, avg_columns, 1, Rule::kAlone, false, false, nullptr, nullptr,
     avg_histogram},
    {"sum_over_time", sum_row, sum_columns, 1, Rule::kAlone, false, false, nullptr, nullptr,
     sum_histogram},
    {"min_over_time", min_row, min_columns},
    {"max_over_time", max_row, max_columns},
    {"count_over_time", count_row, count_columns, 1, Rule::kCounted},
    {"present_over_time", present_row, present_columns, 1, Rule::kCounted},
    {"first_over_time", first_row, first_columns, 1, Rule::kPicked, true},
    {"last_over_time", last_row, last_columns, 1, Rule::kPicked, true},
    {"stddev_over_time", stddev_row, stddev_columns},
    {"stdvar_over_time", stdvar_row, stdvar_columns},
    {"quantile_over_time", nullptr, nullptr, 1, Rule::kIgnored, false, false, quantile_of},
    {"mad_over_time", nullptr, nullptr, 1, Rule::kIgnored, false, false, mad_of},
    {"double_exponential_smoothing", smoothing_row, nullptr, 1, Rule::kIgnored, false, false,
     nullptr, check_factors},
    {"ts_of_first_over_time", ts_of_first_row, nullptr, 1, Rule::kCounted},
    {"ts_of_last_over_time", ts_of_last_row, nullptr, 1, Rule::kCounted},
    {"ts_of_min_over_time", ts_of_min_row},
    {"ts_of_max_over_time", ts_of_max_row},
};

}  // namespace

const RangeFunction* find_range_function(std::string_view name) {
  for (const RangeFunction& function : kFunctions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

}  // namespace tocsin::promql
