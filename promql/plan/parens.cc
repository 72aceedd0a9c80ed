#include "promql/plan/parens.h"

#include "promql/plan/walk.h"

namespace tocsin::promql {

void remove_parens(Expr& expr) {
  const bool bare = expr.kind == ExprKind::kCall || expr.kind == ExprKind::kAggregate;
  for_each_child(expr, [bare](ExprPtr& child) {
    while (bare && child->kind == ExprKind::kParen) {
      ExprPtr inner = std::move(as<ParenExpr>(*child).expr);
      child = std::move(inner);
    }
    remove_parens(*child);
  });
}

}  // namespace tocsin::promql
