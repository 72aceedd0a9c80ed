#include "promql/plan/explain_node.h"

#include <algorithm>
#include <string>
#include <utility>

#include "promql/eval/range_functions.h"
#include "promql/plan/chooses_rows.h"
#include "promql/syntax/functions.h"
#include "promql/syntax/print_parts.h"
#include "promql/syntax/printer.h"

namespace tocsin::promql {
namespace {

bool is_literal(const Expr& expr) {
  return expr.kind == ExprKind::kNumber || expr.kind == ExprKind::kString;
}

/// A literal as written, anything else as "…": it has a line of its own.
std::string short_text(const Expr& expr) { return is_literal(expr) ? print(expr) : "…"; }

/// A scalar operand is part of the operator: "> 90", "> scalar(…)".
std::string operand_text(const Expr& expr) {
  if (expr.kind == ExprKind::kCall) return std::string(as<Call>(expr).function->name) + "(…)";
  return short_text(expr);
}

std::string title_of(const BinaryExpr& binary) {
  std::string out;
  append_operator(out, binary);
  if (type_of(*binary.rhs) == ValueType::kScalar) return out + " " + operand_text(*binary.rhs);
  if (type_of(*binary.lhs) == ValueType::kScalar) return operand_text(*binary.lhs) + " " + out;
  return out;
}

std::string title_of(const Call& call) {
  std::string out = std::string(call.function->name) + "(";
  for (size_t i = 0; i < call.args.size(); ++i)
    out += (i == 0 ? "" : ", ") + short_text(*call.args[i]);
  return out + ")";
}

std::string title_of(const AggregateExpr& aggregate) {
  std::string out;
  append_aggregate_head(out, aggregate);
  out += '(';
  if (aggregate.param) out += short_text(*aggregate.param) + ", ";
  return out + "…)";
}

std::string title_of(const Subquery& subquery) {
  std::string out;
  append_subquery_suffix(out, subquery);
  return out;
}

std::string_view kind_of(const BinaryExpr& binary) {
  if (is_set_operator(binary.op)) return "set operator";
  return is_comparison(binary.op) ? "comparison" : "arithmetic";
}

void name_node(const Expr& expr, ExplainNode& node) {
  const auto name = [&](std::string_view kind, std::string title) {
    node.kind = kind;
    node.title = std::move(title);
  };
  switch (expr.kind) {
    case ExprKind::kNumber:
      return name("number", print(expr));
    case ExprKind::kString:
      return name("string", print(expr));
    case ExprKind::kVectorSelector:
      return name("selector", print(expr));
    case ExprKind::kMatrixSelector:
      return name("range selector", print(expr));
    case ExprKind::kSubquery:
      return name("subquery", title_of(as<Subquery>(expr)));
    case ExprKind::kUnary:
      return name("arithmetic", as<UnaryExpr>(expr).negate ? "-" : "+");
    case ExprKind::kBinary:
      return name(kind_of(as<BinaryExpr>(expr)), title_of(as<BinaryExpr>(expr)));
    case ExprKind::kParen:
      return name("parentheses", "( )");
    case ExprKind::kCall:
      return name("function", title_of(as<Call>(expr)));
    case ExprKind::kAggregate:
      return name("aggregation", title_of(as<AggregateExpr>(expr)));
  }
}

/// The parts of `expr` that operators were made of, in reading order.
std::vector<const Expr*> parts_of(const Expr& expr) {
  std::vector<const Expr*> out;
  switch (expr.kind) {
    case ExprKind::kNumber:
    case ExprKind::kString:
    case ExprKind::kVectorSelector:
    case ExprKind::kMatrixSelector:
      break;
    case ExprKind::kSubquery:
      out = {as<Subquery>(expr).expr.get()};
      break;
    case ExprKind::kUnary:
      out = {as<UnaryExpr>(expr).expr.get()};
      break;
    case ExprKind::kParen:
      out = {as<ParenExpr>(expr).expr.get()};
      break;
    case ExprKind::kBinary:
      out = {as<BinaryExpr>(expr).lhs.get(), as<BinaryExpr>(expr).rhs.get()};
      break;
    case ExprKind::kCall:
      for (const ExprPtr& arg : as<Call>(expr).args) out.push_back(arg.get());
      break;
    case ExprKind::kAggregate:
      if (as<AggregateExpr>(expr).param) out.push_back(as<AggregateExpr>(expr).param.get());
      out.push_back(as<AggregateExpr>(expr).expr.get());
      break;
  }
  return out;
}

void count_output(const Observation& seen, ExplainNode& node) {
  node.ran = seen.ran;
  node.rows = seen.rows();
  node.steps = seen.grid.steps;
  node.points = seen.frame.count();
  node.samples_read = seen.samples_read;
  node.total_ns = seen.total_ns;
  node.self_ns = std::max<int64_t>(0, seen.total_ns - seen.children_ns);
}

base::TimestampMs shifted(const TimeShift& shift, base::TimestampMs t) {
  if (shift.at == AtKind::kTimestamp) t = shift.at_ms;
  return saturating_sub(t, shift.offset);
}

base::Status explain_instant_selector(const VectorSelector& selector, const Observation& seen,
                                      const ExplainInput& input, ExplainNode& node) {
  node.samples_read = node.points;
  Lookout lookout;
  lookout.selector = &selector;
  lookout.to = shifted(selector.shift, seen.grid.last());
  lookout.reach = "the lookback of " + base::format_duration(input.options.lookback_delta);
  return explain_selector(lookout, seen, input, node);
}

base::Status explain_range_selector(const MatrixSelector& matrix, const Observation& seen,
                                    const ExplainInput& input, ExplainNode& node) {
  node.points = node.samples_read;
  Lookout lookout;
  lookout.selector = matrix.selector.get();
  lookout.to = shifted(matrix.selector->shift, seen.grid.last());
  lookout.reach = "the range of " + base::format_duration(matrix.range);
  return explain_selector(lookout, seen, input, node);
}

void explain_absent(const Observation& in, ExplainNode& node) {
  if (node.rows != 0 || in.rows() == 0) return;
  node.notes.push_back("empty, as absent() is while there is a series: there are " +
                       std::to_string(in.rows()));
}

void explain_call(const Call& call, const Observation& seen, const ExplainInput& input,
                  ExplainNode& node) {
  const std::string name(call.function->name);
  for (const ExprPtr& arg : call.args) {
    const Observation* in = input.watch.of(*arg);
    if (in == nullptr || !in->ran) continue;
    const ValueType type = type_of(*arg);
    if (name.starts_with("absent")) {
      explain_absent(*in, node);
    } else if (name == "scalar" && in->rows() != 1) {
      node.notes.push_back("NaN, as scalar() needs exactly one series: there are " +
                           std::to_string(in->rows()));
    } else if (type == ValueType::kMatrix) {
      const RangeFunction* function = find_range_function(name);
      explain_range_call(*in, seen, function == nullptr ? 1 : function->samples_min, name, node);
    } else if (type == ValueType::kVector && seen.rows() < in->rows() &&
               !name.starts_with("histogram_") && !name.starts_with("label_") && name != "info" &&
               name != "scalar") {
      explain_dropped(*in, seen, LossReason::kNoValue, name, node);
    }
  }
}

void explain_aggregate(const AggregateExpr& aggregate, const Observation& seen,
                       const ExplainInput& input, ExplainNode& node) {
  if (!chooses_rows(aggregate.op)) return;  // They fold series rather than lose them.
  const Observation* in = input.watch.of(*aggregate.expr);
  if (in == nullptr || !in->ran) return;
  explain_dropped(*in, seen, LossReason::kRank, node.title, node);
}

/// Whether `expr` has nothing when `part` has nothing.
bool is_vital(const Expr& part, const Expr& expr) {
  if (expr.kind == ExprKind::kCall) return !as<Call>(expr).function->name.starts_with("absent");
  if (expr.kind != ExprKind::kBinary) return true;
  const auto& binary = as<BinaryExpr>(expr);
  return binary.op != BinaryOp::kUnless || &part == binary.lhs.get();
}

base::Status explain_own(const Expr& expr, const Observation& seen, const ExplainInput& input,
                         ExplainNode& node) {
  switch (expr.kind) {
    case ExprKind::kVectorSelector:
      return explain_instant_selector(as<VectorSelector>(expr), seen, input, node);
    case ExprKind::kMatrixSelector:
      return explain_range_selector(as<MatrixSelector>(expr), seen, input, node);
    case ExprKind::kBinary:
      explain_binary(as<BinaryExpr>(expr), input.watch, node);
      break;
    case ExprKind::kCall:
      explain_call(as<Call>(expr), seen, input, node);
      break;
    case ExprKind::kAggregate:
      explain_aggregate(as<AggregateExpr>(expr), seen, input, node);
      break;
    case ExprKind::kNumber:
    case ExprKind::kString:
    case ExprKind::kSubquery:
    case ExprKind::kUnary:
    case ExprKind::kParen:
      break;
  }
  return {};
}

/// What rewrites did to the selector.
void note_selector(const VectorSelector& selector, const Rewrites& rewrites, ExplainNode& node) {
  if (rewrites.bucketless.contains(&selector)) {
    node.notes.emplace_back("histograms are read without their buckets, which nobody asks for");
  }
  if (selector.pushed == 0) return;
  std::string text;
  for (size_t i = 0; i < selector.pushed; ++i)
    text += (i == 0 ? "" : ", ") + selector.matchers[i].to_string();
  text += selector.pushed == 1 ? " was not written: it comes" : " were not written: they come";
  node.notes.push_back(text + " from the other side of a join");
}

void note_rewrites(const Expr& expr, const Rewrites& rewrites, ExplainNode& node) {
  if (expr.kind == ExprKind::kVectorSelector)
    note_selector(as<VectorSelector>(expr), rewrites, node);
  if (expr.kind == ExprKind::kMatrixSelector)
    note_selector(*as<MatrixSelector>(expr).selector, rewrites, node);
  if (rewrites.invariants.contains(&expr))
    node.notes.emplace_back("is the same at every step and evaluated once");
}

}  // namespace

base::Result<ExplainNode> explain_node(const Expr& expr, const ExplainInput& input) {
  RETURN_IF_ERROR(input.run.check());
  ExplainNode node;
  node.pos = expr.pos;
  name_node(expr, node);
  const Observation* seen = input.watch.of(expr);
  if (seen != nullptr) count_output(*seen, node);
  if (node.ran) RETURN_IF_ERROR(explain_own(expr, *seen, input, node));
  note_rewrites(expr, input.rewrites, node);
  for (const Expr* part : parts_of(expr)) {
    if (is_literal(*part)) continue;
    ASSIGN_OR_RETURN(auto child, explain_node(*part, input));
    child.vital = is_vital(*part, expr);
    node.children.push_back(std::move(child));
  }
  return node;
}

}  // namespace tocsin::promql
