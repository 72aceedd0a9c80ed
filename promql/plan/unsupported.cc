#include "promql/plan/unsupported.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/base/annotations.h"
#include "promql/eval/histogram_call.h"
#include "promql/eval/kernels_math.h"
#include "promql/eval/range_functions.h"
#include "promql/plan/walk.h"
#include "promql/syntax/functions.h"

namespace tocsin::promql {
namespace {

/// Functions besides those of range_functions.h and kernels_math.h.
constexpr std::array<std::string_view, 24> kOtherFunctions = {"absent",
                                                              "absent_over_time",
                                                              "end",
                                                              "info",
                                                              "histogram_fraction",
                                                              "histogram_quantile",
                                                              "histogram_quantiles",
                                                              "label_join",
                                                              "label_replace",
                                                              "pi",
                                                              "range",
                                                              "scalar",
                                                              "sort",
                                                              "sort_desc",
                                                              "start",
                                                              "start_timestamp",
                                                              "step",
                                                              "time",
                                                              "timestamp",
                                                              "vector",
                                                              "max_of",
                                                              "sort_by_label",
                                                              "sort_by_label_desc",
                                                              "min_of"};

bool is_supported(std::string_view function) {
  return find_range_function(function) != nullptr || find_math_function(function) != nullptr ||
         find_histogram_number(function) != nullptr ||
         std::find(kOtherFunctions.begin(), kOtherFunctions.end(), function) !=
             kOtherFunctions.end();
}

/// The name of what `expr` itself lacks, or "".
std::string fault_of(const Expr& expr) {
  if (expr.kind == ExprKind::kCall) {
    const std::string_view name = as<Call>(expr).function->name;
    return is_supported(name) ? "" : "function " + std::string(name) + "()";
  }
  return "";
}

}  // namespace

base::Status refuse_unsupported(Expr& expr, std::string_view text) {
  const std::string fault = fault_of(expr);
  if (!fault.empty()) {
    return {base::Code::kUnsupported, fault + " is not supported in this version",
            base::position_of(text, expr.pos.start)};
  }
  base::Status status;
  for_each_child(expr, [&](ExprPtr& child) {
    if (status.ok()) status = refuse_unsupported(*child, text);
  });
  return status;
}

}  // namespace tocsin::promql
