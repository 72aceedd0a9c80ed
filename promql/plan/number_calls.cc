#include "promql/plan/number_calls.h"

#include <optional>

#include "promql/plan/replace.h"
#include "promql/plan/walk.h"
#include "promql/syntax/functions.h"

namespace tocsin::promql {
namespace {

std::optional<double> value_of(std::string_view function, const EvalRange& range) {
  const auto seconds = [](int64_t ms) { return static_cast<double>(ms) / 1000; };
  if (function == "start") return seconds(range.start);
  if (function == "end") return seconds(range.end);
  if (function == "range") return seconds(range.end - range.start);
  if (function == "step") return range.start == range.end ? 0.0 : seconds(range.step);
  return std::nullopt;
}

}  // namespace

void replace_number_calls(ExprPtr& expr, const EvalRange& range) {
  for_each_child(*expr, [&range](ExprPtr& child) { replace_number_calls(child, range); });
  if (expr->kind != ExprKind::kCall) return;
  const auto value = value_of(as<Call>(*expr).function->name, range);
  if (value) replace_by_number(expr, *value);
}

}  // namespace tocsin::promql
