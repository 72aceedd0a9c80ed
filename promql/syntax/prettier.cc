#include "promql/syntax/functions.h"
#include "promql/syntax/print_parts.h"
#include "promql/syntax/printer.h"

namespace tocsin::promql {
namespace {

std::string indent(size_t level) { return std::string(2 * level, ' '); }

class Prettier {
 public:
  explicit Prettier(size_t width) : width_(width) {}

  std::string format(const Expr& expr, size_t level) const {
    std::string line = print(expr);
    if (line.size() <= width_ && expr.kind != ExprKind::kUnary) {
      // Upstream leaves the indent of a subquery that fits away.
      return expr.kind == ExprKind::kSubquery ? line : indent(level) + line;
    }
    switch (expr.kind) {
      case ExprKind::kNumber:
      case ExprKind::kString:
      case ExprKind::kVectorSelector:
      case ExprKind::kMatrixSelector:
        return indent(level) + line;
      case ExprKind::kSubquery:
        return format_subquery(as<Subquery>(expr), level);
      case ExprKind::kUnary:
        return format_unary(as<UnaryExpr>(expr), level);
      case ExprKind::kBinary:
        return format_binary(as<BinaryExpr>(expr), level);
      case ExprKind::kParen:
        return indent(level) + "(\n" + format(*as<ParenExpr>(expr).expr, level + 1) + "\n" +
               indent(level) + ")";
      case ExprKind::kCall:
        return format_call(as<Call>(expr), level);
      case ExprKind::kAggregate:
        return format_aggregate(as<AggregateExpr>(expr), level);
    }
    return line;
  }

 private:
  std::string format_subquery(const Subquery& node, size_t level) const {
    std::string out = format(*node.expr, level);
    append_subquery_suffix(out, node);
    return out;
  }

  std::string format_unary(const UnaryExpr& node, size_t level) const {
    const std::string operand = format(*node.expr, level);
    return indent(level) + (node.negate ? "-" : "+") +
           operand.substr(operand.find_first_not_of(' '));
  }

  std::string format_binary(const BinaryExpr& node, size_t level) const {
    std::string out =
        is_infinity_to_a_power(node) ? indent(level + 1) + "Inf" : format(*node.lhs, level + 1);
    out += "\n" + indent(level);
    append_operator(out, node);
    return out + "\n" + format(*node.rhs, level + 1);
  }

  std::string format_call(const Call& node, size_t level) const {
    std::string out = indent(level) + std::string(node.function->name) + "(\n";
    for (size_t i = 0; i < node.args.size(); ++i) {
      if (i > 0) out += ",\n";
      out += format(*node.args[i], level + 1);
    }
    return out + "\n" + indent(level) + ")";
  }

  std::string format_aggregate(const AggregateExpr& node, size_t level) const {
    std::string out = indent(level);
    append_aggregate_head(out, node);
    out += "(\n";
    if (node.param) out += format(*node.param, level + 1) + ",\n";
    return out + format(*node.expr, level + 1) + "\n" + indent(level) + ")";
  }

  const size_t width_;
};

}  // namespace

std::string pretty_print(const Expr& expr, size_t width) { return Prettier(width).format(expr, 0); }

}  // namespace tocsin::promql
