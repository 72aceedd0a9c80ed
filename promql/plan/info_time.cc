#include "promql/plan/info_time.h"

#include "promql/plan/walk.h"

namespace tocsin::promql {
namespace {

/// Adds a node's shift to what is inside it.
void widen(Shift& shift, const TimeShift& around) {
  if (shift.at) return;
  shift.offset += around.offset;
  if (around.at == AtKind::kTimestamp) shift.at = around.at_ms;
}

/// False when there is no selector below.
bool find(Expr& expr, Shift& shift) {
  if (expr.kind == ExprKind::kVectorSelector) {
    widen(shift, as<VectorSelector>(expr).shift);
    return true;
  }
  if (expr.kind == ExprKind::kMatrixSelector) {
    widen(shift, as<MatrixSelector>(expr).selector->shift);
    return true;
  }
  bool found = false;
  for_each_child(expr, [&](ExprPtr& child) { found = found || find(*child, shift); });
  if (found && expr.kind == ExprKind::kSubquery) widen(shift, as<Subquery>(expr).shift);
  return found;
}

}  // namespace

Shift info_time(const Expr& expr) {
  Shift shift;
  const ExprPtr copy = clone(expr);
  find(*copy, shift);
  return shift;
}

}  // namespace tocsin::promql
