// The children of an expression.
#pragma once

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// Calls fn(ExprPtr&) for each child of `expr` that is held as an ExprPtr, in reading order. The
/// selector inside a range selector is not one: see MatrixSelector::selector.
template <class Fn>
void for_each_child(Expr& expr, Fn&& fn) {
  switch (expr.kind) {
    case ExprKind::kNumber:
    case ExprKind::kString:
    case ExprKind::kVectorSelector:
    case ExprKind::kMatrixSelector:
      return;
    case ExprKind::kSubquery:
      fn(as<Subquery>(expr).expr);
      return;
    case ExprKind::kUnary:
      fn(as<UnaryExpr>(expr).expr);
      return;
    case ExprKind::kParen:
      fn(as<ParenExpr>(expr).expr);
      return;
    case ExprKind::kBinary:
      fn(as<BinaryExpr>(expr).lhs);
      fn(as<BinaryExpr>(expr).rhs);
      return;
    case ExprKind::kCall:
      for (ExprPtr& arg : as<Call>(expr).args) fn(arg);
      return;
    case ExprKind::kAggregate: {
      auto& aggregate = as<AggregateExpr>(expr);
      if (aggregate.param) fn(aggregate.param);
      fn(aggregate.expr);
      return;
    }
  }
}

/// The same for reading.
template <class Fn>
void for_each_child(const Expr& expr, Fn&& fn) {
  for_each_child(const_cast<Expr&>(expr), [&fn](const ExprPtr& child) { fn(*child); });
}

/// Calls fn(const VectorSelector&) for each selector in `expr`, those of ranges included.
template <class Fn>
void for_each_selector(const Expr& expr, Fn&& fn) {
  if (expr.kind == ExprKind::kVectorSelector) fn(as<VectorSelector>(expr));
  if (expr.kind == ExprKind::kMatrixSelector) fn(*as<MatrixSelector>(expr).selector);
  for_each_child(expr, [&fn](const Expr& child) { for_each_selector(child, fn); });
}

}  // namespace tocsin::promql
