#include "engine/api/query_checks.h"

#include "promql/plan/durations.h"
#include "promql/plan/walk.h"

namespace tocsin::api {
namespace {

using promql::Expr;
using promql::ExprKind;

bool computes_duration(const Expr& expr) {
  if (expr.kind == ExprKind::kMatrixSelector) {
    const auto& matrix = promql::as<promql::MatrixSelector>(expr);
    return matrix.range_expr || matrix.selector->shift.offset_expr;
  }
  if (expr.kind == ExprKind::kVectorSelector)
    return promql::as<promql::VectorSelector>(expr).shift.offset_expr != nullptr;
  if (expr.kind == ExprKind::kSubquery) {
    const auto& subquery = promql::as<promql::Subquery>(expr);
    if (subquery.range_expr || subquery.step_expr || subquery.shift.offset_expr) return true;
  }
  bool any = false;
  promql::for_each_child(expr, [&](const Expr& child) { any = any || computes_duration(child); });
  return any;
}

}  // namespace

bool has_selector(const Expr& expr) {
  bool any = false;
  promql::for_each_selector(expr, [&](const promql::VectorSelector&) { any = true; });
  return any;
}

base::Status check_durations(const Expr& expr, const promql::EvalRange& range) {
  if (!computes_duration(expr)) return {};
  const promql::ExprPtr copy = promql::clone(expr);
  return promql::resolve_durations(*copy, range);
}

}  // namespace tocsin::api
