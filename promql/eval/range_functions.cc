#include "promql/eval/range_functions.h"

#include "promql/eval/kernels_over_time.h"
#include "promql/eval/kernels_rate.h"
#include "promql/eval/quantile.h"

namespace tocsin::promql {
namespace {

using Rule = HistogramRule;

constexpr RangeFunction kFunctions[] = {
    {"rate", rate_row, rate_columns, 2, Rule::kRefused, false, true, nullptr, rate_histogram},
    {"increase", increase_row, increase_columns, 2, Rule::kRefused, false, true, nullptr,
     increase_histogram},
    {"delta", delta_row, delta_columns, 2, Rule::kRefused, false, false, nullptr, delta_histogram},
    {"irate", irate_row, irate_columns, 2, Rule::kPair},
    {"idelta", idelta_row, idelta_columns, 2, Rule::kPair},
    {"deriv", deriv_row, nullptr, 2},
    {"predict_linear", predict_linear_row, nullptr, 2},
    {"changes", changes_row, changes_columns, 1, Rule::kMixes},
    {"resets", resets_row, resets_columns, 1, Rule::kMixes},
    {"avg_over_time", avg_row, avg_columns, 1, Rule::kRefused},
    {"sum_over_time", sum_row, sum_columns, 1, Rule::kRefused},
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
};

}  // namespace

const RangeFunction* find_range_function(std::string_view name) {
  for (const RangeFunction& function : kFunctions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

}  // namespace tocsin::promql
