#include "promql/syntax/print_parts.h"
#include "promql/syntax/printer.h"

namespace tocsin::promql {
namespace {

std::string_view kind_name(ExprKind kind) {
  switch (kind) {
    case ExprKind::kNumber:
      return "number";
    case ExprKind::kString:
      return "string";
    case ExprKind::kVectorSelector:
      return "vector_selector";
    case ExprKind::kMatrixSelector:
      return "matrix_selector";
    case ExprKind::kSubquery:
      return "subquery";
    case ExprKind::kUnary:
      return "unary";
    case ExprKind::kBinary:
      return "binary";
    case ExprKind::kParen:
      return "paren";
    case ExprKind::kCall:
      return "call";
    case ExprKind::kAggregate:
      return "aggregate";
  }
  return "";
}

std::vector<const Expr*> children(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kNumber:
    case ExprKind::kString:
    case ExprKind::kVectorSelector:
      return {};
    case ExprKind::kMatrixSelector:
      return {as<MatrixSelector>(expr).selector.get()};
    case ExprKind::kSubquery:
      return {as<Subquery>(expr).expr.get()};
    case ExprKind::kUnary:
      return {as<UnaryExpr>(expr).expr.get()};
    case ExprKind::kBinary:
      return {as<BinaryExpr>(expr).lhs.get(), as<BinaryExpr>(expr).rhs.get()};
    case ExprKind::kParen:
      return {as<ParenExpr>(expr).expr.get()};
    case ExprKind::kCall:
      break;
    case ExprKind::kAggregate: {
      const auto& node = as<AggregateExpr>(expr);
      if (!node.param) return {node.expr.get()};
      return {node.param.get(), node.expr.get()};
    }
  }
  std::vector<const Expr*> args;
  for (const auto& arg : as<Call>(expr).args) args.push_back(arg.get());
  return args;
}

void append_node(std::string& out, const Expr& expr, size_t level) {
  out.append(2 * level, ' ').append(kind_name(expr.kind));
  out.append(" ").append(to_string(type_of(expr)));
  out.append(" ").append(std::to_string(expr.pos.start));
  out.append("-").append(std::to_string(expr.pos.end)).append(" ");
  append_expr(out, expr);
  out += '\n';
  for (const Expr* child : children(expr)) append_node(out, *child, level + 1);
}

}  // namespace

std::string dump(const Expr& expr) {
  std::string out;
  append_node(out, expr, 0);
  return out;
}

}  // namespace tocsin::promql
