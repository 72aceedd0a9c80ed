#include "promql/syntax/ast.h"

#include <array>

#include "promql/syntax/functions.h"

namespace tocsin::promql {
namespace {

DurationExprPtr clone_duration(const DurationExprPtr& expr) {
  if (!expr) return nullptr;
  auto copy = std::make_unique<DurationExpr>();
  copy->kind = expr->kind;
  copy->seconds = expr->seconds;
  copy->is_duration = expr->is_duration;
  copy->pos = expr->pos;
  copy->lhs = clone_duration(expr->lhs);
  copy->rhs = clone_duration(expr->rhs);
  return copy;
}

TimeShift clone_shift(const TimeShift& shift) {
  return {shift.offset, clone_duration(shift.offset_expr), shift.at, shift.at_ms};
}

ExprPtr clone_optional(const ExprPtr& expr) { return expr ? clone(*expr) : nullptr; }

template <class T>
std::unique_ptr<T> copy_of(const T& from) {
  auto copy = std::make_unique<T>();
  copy->pos = from.pos;
  return copy;
}

std::unique_ptr<VectorSelector> clone_selector(const VectorSelector& from) {
  auto copy = copy_of(from);
  copy->name = from.name;
  copy->matchers = from.matchers;
  copy->pushed = from.pushed;
  copy->shift = clone_shift(from.shift);
  copy->mode = from.mode;
  return copy;
}

ExprPtr clone_matrix(const MatrixSelector& from) {
  auto copy = copy_of(from);
  copy->selector = clone_selector(*from.selector);
  copy->range = from.range;
  copy->range_expr = clone_duration(from.range_expr);
  return copy;
}

ExprPtr clone_subquery(const Subquery& from) {
  auto copy = copy_of(from);
  copy->expr = clone(*from.expr);
  copy->range = from.range;
  copy->range_expr = clone_duration(from.range_expr);
  copy->step = from.step;
  copy->step_expr = clone_duration(from.step_expr);
  copy->shift = clone_shift(from.shift);
  return copy;
}

ExprPtr clone_binary(const BinaryExpr& from) {
  auto copy = copy_of(from);
  copy->op = from.op;
  copy->lhs = clone(*from.lhs);
  copy->rhs = clone(*from.rhs);
  copy->return_bool = from.return_bool;
  copy->matching = from.matching;
  copy->op_pos = from.op_pos;
  return copy;
}

ExprPtr clone_call(const Call& from) {
  auto copy = copy_of(from);
  copy->function = from.function;
  copy->args.reserve(from.args.size());
  for (const auto& arg : from.args) copy->args.push_back(clone(*arg));
  return copy;
}

ExprPtr clone_aggregate(const AggregateExpr& from) {
  auto copy = copy_of(from);
  copy->op = from.op;
  copy->expr = clone(*from.expr);
  copy->param = clone_optional(from.param);
  copy->grouping = from.grouping;
  copy->without = from.without;
  return copy;
}

ExprPtr clone_number(const NumberLiteral& from) {
  auto copy = copy_of(from);
  copy->value = from.value;
  copy->is_duration = from.is_duration;
  return copy;
}

ExprPtr clone_string(const StringLiteral& from) {
  auto copy = copy_of(from);
  copy->value = from.value;
  return copy;
}

ExprPtr clone_unary(const UnaryExpr& from) {
  auto copy = copy_of(from);
  copy->negate = from.negate;
  copy->expr = clone(*from.expr);
  return copy;
}

ExprPtr clone_paren(const ParenExpr& from) {
  auto copy = copy_of(from);
  copy->expr = clone(*from.expr);
  return copy;
}

template <class Enum, size_t N>
std::string_view name_in(const std::array<std::string_view, N>& names, Enum value) {
  return names[static_cast<size_t>(value)];
}

}  // namespace

std::string_view describe(ValueType type) {
  constexpr std::array<std::string_view, 5> kNames = {"none", "scalar", "string", "instant vector",
                                                      "range vector"};
  return name_in(kNames, type);
}

std::string_view to_string(ValueType type) {
  constexpr std::array<std::string_view, 5> kNames = {"none", "scalar", "string", "vector",
                                                      "matrix"};
  return name_in(kNames, type);
}

std::string_view to_string(BinaryOp op) {
  constexpr std::array<std::string_view, 18> kNames = {"+",     "-",  "*",  "/",   "%",  "^",
                                                       "atan2", "==", "!=", "<",   "<=", ">",
                                                       ">=",    "</", ">/", "and", "or", "unless"};
  return name_in(kNames, op);
}

std::string_view to_string(AggregateOp op) {
  constexpr std::array<std::string_view, 14> kNames = {
      "sum",    "avg",  "count",   "min",          "max",      "group",  "stddev",
      "stdvar", "topk", "bottomk", "count_values", "quantile", "limitk", "limit_ratio"};
  return name_in(kNames, op);
}

bool is_comparison(BinaryOp op) { return op >= BinaryOp::kEqual && op <= BinaryOp::kGreaterEqual; }

bool is_set_operator(BinaryOp op) { return op >= BinaryOp::kAnd; }

ValueType type_of(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kNumber:
      return ValueType::kScalar;
    case ExprKind::kString:
      return ValueType::kString;
    case ExprKind::kVectorSelector:
    case ExprKind::kAggregate:
      return ValueType::kVector;
    case ExprKind::kMatrixSelector:
    case ExprKind::kSubquery:
      return ValueType::kMatrix;
    case ExprKind::kUnary:
      return type_of(*as<UnaryExpr>(expr).expr);
    case ExprKind::kParen:
      return type_of(*as<ParenExpr>(expr).expr);
    case ExprKind::kCall:
      return as<Call>(expr).function->returns;
    case ExprKind::kBinary:
      break;
  }
  const auto& binary = as<BinaryExpr>(expr);
  const bool scalar =
      type_of(*binary.lhs) == ValueType::kScalar && type_of(*binary.rhs) == ValueType::kScalar;
  return scalar ? ValueType::kScalar : ValueType::kVector;
}

const Expr& unparen(const Expr& expr) {
  const Expr* inner = &expr;
  while (inner->kind == ExprKind::kParen) inner = as<ParenExpr>(*inner).expr.get();
  return *inner;
}

ExprPtr clone(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kNumber:
      return clone_number(as<NumberLiteral>(expr));
    case ExprKind::kString:
      return clone_string(as<StringLiteral>(expr));
    case ExprKind::kVectorSelector:
      return clone_selector(as<VectorSelector>(expr));
    case ExprKind::kMatrixSelector:
      return clone_matrix(as<MatrixSelector>(expr));
    case ExprKind::kSubquery:
      return clone_subquery(as<Subquery>(expr));
    case ExprKind::kUnary:
      return clone_unary(as<UnaryExpr>(expr));
    case ExprKind::kBinary:
      return clone_binary(as<BinaryExpr>(expr));
    case ExprKind::kParen:
      return clone_paren(as<ParenExpr>(expr));
    case ExprKind::kCall:
      return clone_call(as<Call>(expr));
    case ExprKind::kAggregate:
      return clone_aggregate(as<AggregateExpr>(expr));
  }
  return nullptr;
}

}  // namespace tocsin::promql
