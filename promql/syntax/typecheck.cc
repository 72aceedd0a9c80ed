#include "promql/syntax/typecheck.h"

#include <algorithm>

#include "engine/base/labels.h"
#include "promql/syntax/functions.h"

namespace tocsin::promql {
namespace {

bool is_operand(ValueType type) { return type == ValueType::kScalar || type == ValueType::kVector; }

class TypeChecker {
 public:
  explicit TypeChecker(std::vector<ParseIssue>& issues) : issues_(issues) {}

  void check(Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kNumber:
      case ExprKind::kString:
        return;
      case ExprKind::kVectorSelector:
        return check_selector(as<VectorSelector>(expr));
      case ExprKind::kMatrixSelector:
        return check_selector(*as<MatrixSelector>(expr).selector);
      case ExprKind::kSubquery:
        return check_subquery(as<Subquery>(expr));
      case ExprKind::kUnary:
        return check_unary(as<UnaryExpr>(expr));
      case ExprKind::kBinary:
        return check_binary(as<BinaryExpr>(expr));
      case ExprKind::kParen:
        return check(*as<ParenExpr>(expr).expr);
      case ExprKind::kCall:
        return check_call(as<Call>(expr));
      case ExprKind::kAggregate:
        return check_aggregate(as<AggregateExpr>(expr));
    }
  }

 private:
  void issue(base::PosRange pos, std::string message) {
    issues_.push_back({pos, std::move(message)});
  }

  void expect(Expr& expr, ValueType expected, const std::string& context) {
    check(expr);
    expect_type(expr, expected, context);
  }

  void expect_type(const Expr& expr, ValueType expected, const std::string& context) {
    const ValueType actual = type_of(expr);
    if (actual == expected) return;
    issue(expr.pos, "expected type " + std::string(describe(expected)) + " in " + context +
                        ", got " + std::string(describe(actual)));
  }

  void check_selector(const VectorSelector& selector) {
    const auto& matchers = selector.matchers;
    if (selector.name.empty()) {
      const bool selective = std::any_of(matchers.begin(), matchers.end(),
                                         [](const auto& m) { return !m.matches_empty(); });
      if (!selective) {
        issue(selector.pos, "vector selector must contain at least one non-empty matcher");
      }
      return;
    }
    // The last matcher is the name written outside.
    for (size_t i = 0; i + 1 < matchers.size(); ++i) {
      if (matchers[i].name() != base::kMetricName) continue;
      issue(selector.pos, "metric name must not be set twice: " + base::go_quote(selector.name) +
                              " or " + base::go_quote(matchers[i].value()));
    }
  }

  void check_subquery(Subquery& node) {
    check(*node.expr);
    const ValueType type = type_of(*node.expr);
    if (type == ValueType::kVector) return;
    issue(node.pos, "subquery is only allowed on instant vector, got " +
                        std::string(to_string(type)) + " instead");
  }

  void check_unary(UnaryExpr& node) {
    check(*node.expr);
    const ValueType type = type_of(*node.expr);
    if (is_operand(type)) return;
    issue(node.pos,
          "unary expression only allowed on expressions of type scalar or instant vector, got \"" +
              std::string(describe(type)) + "\"");
  }

  void check_aggregate(AggregateExpr& node) {
    expect(*node.expr, ValueType::kVector, "aggregation expression");
    if (!node.param) return;
    const bool text = node.op == AggregateOp::kCountValues;
    expect(*node.param, text ? ValueType::kString : ValueType::kScalar, "aggregation parameter");
  }

  void check_binary(BinaryExpr& node) {
    check(*node.lhs);
    check(*node.rhs);
    const ValueType lhs = type_of(*node.lhs);
    const ValueType rhs = type_of(*node.rhs);
    check_operator(node, lhs == ValueType::kScalar && rhs == ValueType::kScalar);
    constexpr std::string_view kFault =
        "binary expression must contain only scalar and instant vector types";
    if (!is_operand(lhs)) issue(node.lhs->pos, std::string(kFault));
    if (!is_operand(rhs)) issue(node.rhs->pos, std::string(kFault));
    if (lhs == ValueType::kVector && rhs == ValueType::kVector) {
      if (is_set_operator(node.op)) check_set_operator(node);
      return;
    }
    check_no_matching(node);
    if (is_set_operator(node.op) && (lhs == ValueType::kScalar || rhs == ValueType::kScalar)) {
      issue(node.pos, "set operator " + base::go_quote(to_string(node.op)) +
                          " not allowed in binary scalar expression");
    }
  }

  void check_operator(BinaryExpr& node, bool both_scalar) {
    // Upstream's range ends one byte early.
    const base::PosRange at{node.op_pos.start, node.op_pos.end - 1};
    const bool comparison = is_comparison(node.op);
    if (node.return_bool && !comparison) {
      issue(at, "bool modifier can only be used on comparison operators");
    }
    if (comparison && !node.return_bool && both_scalar) {
      issue(at, "comparisons between scalars must use BOOL modifier");
    }
    VectorMatching& matching = *node.matching;
    if (is_set_operator(node.op) && matching.cardinality == MatchCardinality::kOneToOne) {
      matching.cardinality = MatchCardinality::kManyToMany;
    }
    if (!matching.on) return;
    for (const auto& label : matching.labels) {
      for (const auto& included : matching.include) {
        if (label != included) continue;
        issue(at,
              "label " + base::go_quote(label) + " must not occur in ON and GROUP clause at once");
      }
    }
  }

  void check_no_matching(BinaryExpr& node) {
    if (!node.matching->labels.empty()) {
      issue(node.pos, "vector matching only allowed between instant vectors");
    }
    if (node.matching->fill_left || node.matching->fill_right) {
      issue(node.pos, "filling in missing series only allowed between instant vectors");
    }
    node.matching.reset();
  }

  void check_set_operator(const BinaryExpr& node) {
    const VectorMatching& matching = *node.matching;
    if (matching.cardinality != MatchCardinality::kManyToMany) {
      issue(node.pos,
            "no grouping allowed for " + base::go_quote(to_string(node.op)) + " operation");
      issue(node.pos, "set operations must always be many-to-many");
    }
    if (matching.fill_left || matching.fill_right) {
      issue(node.pos, "filling in missing series not allowed for set operators");
    }
  }

  void check_call(Call& node) {
    const Function& function = *node.function;
    check_argument_count(node);
    const std::string context = "call to function \"" + std::string(function.name) + "\"";
    const bool is_info = function.name == "info";
    if (is_info && node.args.size() > 1) check_info_selector(*node.args[1], context);
    for (size_t i = 0; i < node.args.size(); ++i) {
      if (i >= function.args.size() && function.variadic == 0) break;
      const ValueType expected = function.args[std::min(i, function.args.size() - 1)];
      // The data labels of info() may match anything.
      const bool free = is_info && i == 1 && is_nameless_selector(*node.args[i]);
      if (!free) check(*node.args[i]);
      expect_type(*node.args[i], expected, context);
    }
  }

  static bool is_nameless_selector(const Expr& expr) {
    return expr.kind == ExprKind::kVectorSelector && as<VectorSelector>(expr).name.empty();
  }

  void check_info_selector(const Expr& arg, const std::string& context) {
    expect_type(arg, ValueType::kVector, context);
    if (arg.kind != ExprKind::kVectorSelector) {
      issue(arg.pos, "expected label selectors only");
    } else if (!as<VectorSelector>(arg).name.empty()) {
      issue(arg.pos, "expected label selectors only, got vector selector instead");
    }
  }

  void check_argument_count(const Call& node) {
    const Function& function = *node.function;
    const auto refuse = [&](std::string_view bound, size_t count) {
      issue(node.pos, "expected " + std::string(bound) + std::to_string(count) +
                          " argument(s) in call to \"" + std::string(function.name) + "\", got " +
                          std::to_string(node.args.size()));
    };
    const size_t given = node.args.size();
    const size_t declared = function.args.size();
    if (function.variadic == 0) {
      if (given != declared) refuse("", declared);
      return;
    }
    const size_t least = declared - 1;
    if (given < least) return refuse("at least ", least);
    if (function.variadic < 0) return;
    const size_t most = least + static_cast<size_t>(function.variadic);
    if (given > most) refuse("at most ", most);
  }

  std::vector<ParseIssue>& issues_;
};

}  // namespace

void check_types(Expr& expr, std::vector<ParseIssue>& issues) { TypeChecker(issues).check(expr); }

}  // namespace tocsin::promql
