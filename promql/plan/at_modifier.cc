#include "promql/plan/at_modifier.h"

#include "promql/plan/walk.h"

namespace tocsin::promql {
namespace {

void resolve(TimeShift& shift, const EvalRange& range) {
  if (shift.at != AtKind::kStart && shift.at != AtKind::kEnd) return;
  shift.at_ms = shift.at == AtKind::kStart ? range.start : range.end;
  shift.at = AtKind::kTimestamp;
}

}  // namespace

void resolve_at_modifiers(Expr& expr, const EvalRange& range) {
  if (expr.kind == ExprKind::kVectorSelector) resolve(as<VectorSelector>(expr).shift, range);
  if (expr.kind == ExprKind::kMatrixSelector)
    resolve(as<MatrixSelector>(expr).selector->shift, range);
  if (expr.kind == ExprKind::kSubquery) resolve(as<Subquery>(expr).shift, range);
  for_each_child(expr, [&range](ExprPtr& child) { resolve_at_modifiers(*child, range); });
}

}  // namespace tocsin::promql
