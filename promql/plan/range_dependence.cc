#include "promql/plan/range_dependence.h"

#include "promql/plan/walk.h"
#include "promql/syntax/functions.h"

namespace tocsin::promql {
namespace {

bool depends(const DurationExprPtr& expr) {
  if (!expr) return false;
  using Kind = DurationExpr::Kind;
  return expr->kind == Kind::kStep || expr->kind == Kind::kRange || depends(expr->lhs) ||
         depends(expr->rhs);
}

bool depends(const TimeShift& shift) {
  return shift.at == AtKind::kStart || shift.at == AtKind::kEnd || depends(shift.offset_expr);
}

bool depends_itself(const Expr& expr) {
  if (expr.kind == ExprKind::kVectorSelector) return depends(as<VectorSelector>(expr).shift);
  if (expr.kind == ExprKind::kMatrixSelector) {
    const auto& matrix = as<MatrixSelector>(expr);
    return depends(matrix.selector->shift) || depends(matrix.range_expr);
  }
  if (expr.kind == ExprKind::kSubquery) {
    const auto& subquery = as<Subquery>(expr);
    return depends(subquery.shift) || depends(subquery.range_expr) || depends(subquery.step_expr);
  }
  if (expr.kind != ExprKind::kCall) return false;
  const std::string_view name = as<Call>(expr).function->name;
  return name == "start" || name == "end" || name == "range" || name == "step";
}

}  // namespace

bool depends_on_range(const Expr& expr) {
  bool found = depends_itself(expr);
  for_each_child(expr, [&found](const Expr& child) { found = found || depends_on_range(child); });
  return found;
}

}  // namespace tocsin::promql
