#include "promql/syntax/printer.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "engine/base/labels.h"
#include "engine/base/number.h"
#include "promql/syntax/functions.h"
#include "promql/syntax/literal_time.h"
#include "promql/syntax/print_parts.h"

namespace tocsin::promql {
namespace {

void append_matchers(std::string& out, const VectorSelector& node) {
  std::vector<std::string> texts;
  for (const auto& matcher : node.matchers) {
    const bool is_name = matcher.name() == base::kMetricName &&
                         matcher.op() == base::MatchOp::kEqual && !matcher.value().empty() &&
                         matcher.value() == node.name;
    if (!is_name) texts.push_back(matcher.to_string());
  }
  if (texts.empty()) return;
  std::sort(texts.begin(), texts.end());
  char before = '{';
  for (const auto& text : texts) {
    out += before;
    out += text;
    before = ',';
  }
  out += '}';
}

void append_mode(std::string& out, RangeMode mode) {
  if (mode == RangeMode::kAnchored) out += " anchored";
  if (mode == RangeMode::kSmoothed) out += " smoothed";
}

void append_at(std::string& out, const TimeShift& shift) {
  if (shift.at == AtKind::kStart) out += " @ start()";
  if (shift.at == AtKind::kEnd) out += " @ end()";
  if (shift.at != AtKind::kTimestamp) return;
  out += " @ ";
  if (shift.at_ms < 0) out += '-';
  out += std::to_string(std::abs(shift.at_ms / 1000));
  const std::string fraction = std::to_string(std::abs(shift.at_ms % 1000));
  out.append(".").append(3 - fraction.size(), '0').append(fraction);
}

void append_duration(std::string& out, base::DurationMs ms, const DurationExprPtr& expr) {
  if (expr) {
    append_duration_expr(out, *expr);
  } else {
    out += base::format_duration(ms);
  }
}

bool is_infix(const DurationExpr& expr) {
  using Kind = DurationExpr::Kind;
  return expr.rhs && expr.kind != Kind::kMinOf && expr.kind != Kind::kMaxOf;
}

// Whether the operators in an offset would fall to the expression around it. DIFFERS: upstream
// prints no parentheses then, and so another expression.
bool offset_needs_parens(const DurationExpr& expr) {
  if (expr.kind == DurationExpr::Kind::kNegate) return is_infix(*expr.lhs);
  const DurationExpr* first = &expr;
  while (is_infix(*first)) first = first->lhs.get();
  return first != &expr && first->kind != DurationExpr::Kind::kParen;
}

void append_offset(std::string& out, const TimeShift& shift) {
  if (shift.offset == 0 && !shift.offset_expr) return;
  const bool parens = shift.offset_expr && offset_needs_parens(*shift.offset_expr);
  out += parens ? " offset (" : " offset ";
  append_duration(out, shift.offset, shift.offset_expr);
  if (parens) out += ')';
}

void append_seconds(std::string& out, double seconds, bool is_duration) {
  out += is_duration ? base::format_duration(duration_ms_of(seconds)) : base::format_fixed(seconds);
}

void append_vector_selector(std::string& out, const VectorSelector& node) {
  out += node.name;
  append_matchers(out, node);
  append_at(out, node.shift);
  append_mode(out, node.mode);
  append_offset(out, node.shift);
}

void append_matrix_selector(std::string& out, const MatrixSelector& node) {
  const VectorSelector& selector = *node.selector;
  out += selector.name;
  append_matchers(out, selector);
  out += '[';
  append_duration(out, node.range, node.range_expr);
  out += ']';
  append_mode(out, selector.mode);
  append_at(out, selector.shift);
  append_offset(out, selector.shift);
}

void append_arguments(std::string& out, const std::vector<ExprPtr>& args) {
  out += '(';
  for (size_t i = 0; i < args.size(); ++i) {
    if (i > 0) out += ", ";
    append_expr(out, *args[i]);
  }
  out += ')';
}

void append_aggregate(std::string& out, const AggregateExpr& node) {
  append_aggregate_head(out, node);
  out += '(';
  if (node.param) {
    append_expr(out, *node.param);
    out += ", ";
  }
  append_expr(out, *node.expr);
  out += ')';
}

void append_binary(std::string& out, const BinaryExpr& node) {
  if (is_infinity_to_a_power(node)) {
    out += "Inf";
  } else {
    append_expr(out, *node.lhs);
  }
  out += ' ';
  append_operator(out, node);
  out += ' ';
  append_expr(out, *node.rhs);
}

void append_labels(std::string& out, const std::vector<std::string>& labels) {
  out += '(';
  for (size_t i = 0; i < labels.size(); ++i) {
    if (i > 0) out += ", ";
    out += base::is_legacy_label_name(labels[i]) ? labels[i] : base::go_quote(labels[i]);
  }
  out += ')';
}

void append_fill(std::string& out, std::string_view word, double value) {
  out.append(" ").append(word).append(" (");
  base::append_general(out, value);
  out += ')';
}

void append_matching(std::string& out, const VectorMatching& matching) {
  const bool grouped = matching.cardinality == MatchCardinality::kManyToOne ||
                       matching.cardinality == MatchCardinality::kOneToMany;
  if (matching.on || grouped || !matching.labels.empty()) {
    out += matching.on ? " on " : " ignoring ";
    append_labels(out, matching.labels);
  }
  if (grouped) {
    const bool left = matching.cardinality == MatchCardinality::kManyToOne;
    out += left ? " group_left " : " group_right ";
    append_labels(out, matching.include);
  }
  const auto& left = matching.fill_left;
  const auto& right = matching.fill_right;
  if (left && right && *left == *right) return append_fill(out, "fill", *left);
  if (left) append_fill(out, "fill_left", *left);
  if (right) append_fill(out, "fill_right", *right);
}

std::string_view duration_operator(DurationExpr::Kind kind) {
  switch (kind) {
    case DurationExpr::Kind::kAdd:
      return " + ";
    case DurationExpr::Kind::kSub:
      return " - ";
    case DurationExpr::Kind::kMul:
      return " * ";
    case DurationExpr::Kind::kDiv:
      return " / ";
    case DurationExpr::Kind::kMod:
      return " % ";
    case DurationExpr::Kind::kPow:
      return " ^ ";
    case DurationExpr::Kind::kMinOf:
      return "min_of(";
    case DurationExpr::Kind::kMaxOf:
      return "max_of(";
    case DurationExpr::Kind::kStep:
      return "step()";
    case DurationExpr::Kind::kRange:
      return "range()";
    case DurationExpr::Kind::kNegate:
      return "-";
    case DurationExpr::Kind::kParen:
      return "(";
    case DurationExpr::Kind::kNumber:
      break;
  }
  return "";
}

}  // namespace

void append_duration_expr(std::string& out, const DurationExpr& expr) {
  using Kind = DurationExpr::Kind;
  if (expr.kind == Kind::kNumber) return append_seconds(out, expr.seconds, expr.is_duration);
  const std::string_view text = duration_operator(expr.kind);
  const bool pair = expr.kind == Kind::kMinOf || expr.kind == Kind::kMaxOf;
  const bool infix = is_infix(expr);
  if (!infix) out += text;
  if (expr.lhs) append_duration_expr(out, *expr.lhs);
  if (infix) out += text;
  if (pair) out += ", ";
  if (expr.rhs) append_duration_expr(out, *expr.rhs);
  if (pair || expr.kind == Kind::kParen) out += ')';
}

bool is_infinity_to_a_power(const BinaryExpr& node) {
  return node.op == BinaryOp::kPow && node.lhs->kind == ExprKind::kNumber &&
         std::isinf(as<NumberLiteral>(*node.lhs).value);
}

void append_operator(std::string& out, const BinaryExpr& node) {
  out += to_string(node.op);
  if (node.return_bool) out += " bool";
  if (node.matching) append_matching(out, *node.matching);
}

void append_aggregate_head(std::string& out, const AggregateExpr& node) {
  out += to_string(node.op);
  if (!node.without && node.grouping.empty()) return;
  out += node.without ? " without " : " by ";
  append_labels(out, node.grouping);
  out += ' ';
}

void append_subquery_suffix(std::string& out, const Subquery& node) {
  out += '[';
  append_duration(out, node.range, node.range_expr);
  out += ':';
  if (node.step != 0 || node.step_expr) append_duration(out, node.step, node.step_expr);
  out += ']';
  append_at(out, node.shift);
  append_offset(out, node.shift);
}

void append_expr(std::string& out, const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kNumber: {
      const auto& number = as<NumberLiteral>(expr);
      return append_seconds(out, number.value, number.is_duration);
    }
    case ExprKind::kString:
      out += base::go_quote(as<StringLiteral>(expr).value);
      return;
    case ExprKind::kVectorSelector:
      return append_vector_selector(out, as<VectorSelector>(expr));
    case ExprKind::kMatrixSelector:
      return append_matrix_selector(out, as<MatrixSelector>(expr));
    case ExprKind::kSubquery:
      append_expr(out, *as<Subquery>(expr).expr);
      return append_subquery_suffix(out, as<Subquery>(expr));
    case ExprKind::kUnary:
      out += as<UnaryExpr>(expr).negate ? '-' : '+';
      return append_expr(out, *as<UnaryExpr>(expr).expr);
    case ExprKind::kBinary:
      return append_binary(out, as<BinaryExpr>(expr));
    case ExprKind::kParen:
      out += '(';
      append_expr(out, *as<ParenExpr>(expr).expr);
      out += ')';
      return;
    case ExprKind::kCall:
      out += as<Call>(expr).function->name;
      return append_arguments(out, as<Call>(expr).args);
    case ExprKind::kAggregate:
      return append_aggregate(out, as<AggregateExpr>(expr));
  }
}

std::string print(const Expr& expr) {
  std::string out;
  append_expr(out, expr);
  return out;
}

}  // namespace tocsin::promql
