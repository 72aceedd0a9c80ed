#include "promql/plan/constants.h"

#include <numbers>
#include <optional>

#include "promql/eval/kernels_binary.h"
#include "promql/plan/replace.h"
#include "promql/plan/walk.h"
#include "promql/syntax/functions.h"

namespace tocsin::promql {
namespace {

std::optional<double> number_in(const Expr& expr) {
  const Expr& inner = unparen(expr);
  if (inner.kind != ExprKind::kNumber) return std::nullopt;
  return as<NumberLiteral>(inner).value;
}

/// What `expr` comes to when its operands are numbers.
std::optional<double> value_of(const Expr& expr) {
  if (expr.kind == ExprKind::kUnary) {
    const auto& unary = as<UnaryExpr>(expr);
    const auto value = number_in(*unary.expr);
    return value && unary.negate ? -*value : value;
  }
  if (expr.kind == ExprKind::kBinary) {
    const auto& binary = as<BinaryExpr>(expr);
    const auto lhs = number_in(*binary.lhs);
    const auto rhs = number_in(*binary.rhs);
    if (!lhs || !rhs) return std::nullopt;
    return apply_to_scalars(binary.op, *lhs, *rhs);
  }
  if (expr.kind == ExprKind::kCall && as<Call>(expr).function->name == "pi") {
    return std::numbers::pi;
  }
  return std::nullopt;
}

}  // namespace

void fold_constants(ExprPtr& expr) {
  for_each_child(*expr, [](ExprPtr& child) { fold_constants(child); });
  const auto value = value_of(*expr);
  if (value) replace_by_number(expr, *value);
}

}  // namespace tocsin::promql
