#include "promql/plan/propagate_matchers.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "promql/eval/dropped_labels.h"
#include "promql/eval/grouping.h"
#include "promql/eval/histogram_call.h"
#include "promql/eval/kernels_math.h"
#include "promql/eval/range_functions.h"
#include "promql/eval/vector_match.h"
#include "promql/plan/chooses_rows.h"
#include "promql/plan/matchers.h"
#include "promql/plan/unique_rows.h"
#include "promql/plan/walk.h"
#include "promql/syntax/functions.h"

namespace tocsin::promql {
namespace {

using base::Matcher;
using base::Matchers;

/// More matchers than these are not carried from one join to the next, nor added to one selector.
constexpr size_t kKnownMax = 16;

bool contains(const Matchers& matchers, const Matcher& matcher) {
  return std::ranges::find(matchers, matcher) != matchers.end();
}

void add_known(Matchers& known, const Matchers& more) {
  for (const Matcher& matcher : more) {
    if (known.size() < kKnownMax && !contains(known, matcher)) known.push_back(matcher);
  }
}

Matchers of_labels(Matchers known, const LabelChoice& choice) {
  std::erase_if(known, [&choice](const Matcher& m) { return !choice.has(m.name()); });
  return known;
}

Matchers without_labels(Matchers known, std::vector<std::string> names) {
  return of_labels(std::move(known), {std::move(names), true});
}

Matchers without_name(Matchers known) {
  return without_labels(std::move(known), {kDroppedLabels.begin(), kDroppedLabels.end()});
}

/// Whether every series that `selector` matches has a value that `matcher` matches.
bool implies(const VectorSelector& selector, const Matcher& matcher) {
  return contains(selector.matchers, matcher) || fix_what_matches(selector.matchers, matcher);
}

void push_into(VectorSelector& selector, const Matchers& matchers) {
  if (selector.mode != RangeMode::kPlain) return;
  for (const Matcher& matcher : matchers) {
    if (selector.pushed == kKnownMax || implies(selector, matcher)) continue;
    const auto at = selector.matchers.begin() + static_cast<std::ptrdiff_t>(selector.pushed);
    selector.matchers.insert(at, matcher);
    ++selector.pushed;
  }
}

/// Whether two series that `selector` matches still differ without the labels that functions drop.
bool differ_elsewhere(const VectorSelector& selector) {
  return std::ranges::all_of(kDroppedLabels, [&selector](std::string_view name) {
    return fix_label(selector.matchers, name);
  });
}

void push(Expr& expr, const Matchers& matchers);

void push_into(BinaryExpr& binary, const Matchers& matchers) {
  if (!is_set_operator(binary.op)) return;
  const Matchers shared = of_labels(matchers, MatchKey(*binary.matching));
  // Rows of one side count for the other: none may go whose partner stays.
  const bool is_or = binary.op == BinaryOp::kOr;
  push(*binary.lhs, is_or ? shared : matchers);
  push(*binary.rhs, is_or ? matchers : shared);
}

/// count and group look at no value, and leave out whole groups or nothing.
void push_into(AggregateExpr& aggregate, const Matchers& matchers) {
  if (aggregate.op != AggregateOp::kCount && aggregate.op != AggregateOp::kGroup) return;
  push(*aggregate.expr, of_labels(matchers, GroupingSpec(aggregate.grouping, aggregate.without)));
}

/// Functions that take samples of any kind without a word. Series that become equal are an error.
void push_into(Call& call, const Matchers& matchers) {
  const RangeFunction* const function = find_range_function(call.function->name);
  if (function == nullptr || call.args[0]->kind != ExprKind::kMatrixSelector) return;
  if (function->histograms != HistogramRule::kCounted &&
      function->histograms != HistogramRule::kPicked) {
    return;
  }
  VectorSelector& selector = *as<MatrixSelector>(*call.args[0]).selector;
  if (function->keeps_name || differ_elsewhere(selector))
    push_into(selector, without_name(matchers));
}

/// Leaves out rows that do not match, where nothing else changes by that.
void push(Expr& expr, const Matchers& matchers) {
  if (matchers.empty()) return;
  switch (expr.kind) {
    case ExprKind::kVectorSelector:
      return push_into(as<VectorSelector>(expr), matchers);
    case ExprKind::kParen:
      return push(*as<ParenExpr>(expr).expr, matchers);
    case ExprKind::kBinary:
      return push_into(as<BinaryExpr>(expr), matchers);
    case ExprKind::kAggregate:
      return push_into(as<AggregateExpr>(expr), matchers);
    case ExprKind::kCall:
      return push_into(as<Call>(expr), matchers);
    case ExprKind::kNumber:
    case ExprKind::kString:
    case ExprKind::kMatrixSelector:
    case ExprKind::kSubquery:
    case ExprKind::kUnary:
      return;
  }
}

/// Rewrites below `expr` and returns what all rows of its result match.
Matchers visit(Expr& expr);

Matchers visit_set_operation(BinaryExpr& binary) {
  Matchers left = visit(*binary.lhs);
  Matchers right = visit(*binary.rhs);
  if (binary.op == BinaryOp::kOr) {
    std::erase_if(left, [&right](const Matcher& m) { return !contains(right, m); });
    return left;
  }
  const MatchKey key(*binary.matching);
  push(*binary.rhs, of_labels(left, key));
  if (binary.op == BinaryOp::kUnless) return left;
  right = of_labels(std::move(right), key);
  push(*binary.lhs, right);
  add_known(left, right);
  return left;
}

Matchers visit_join(BinaryExpr& binary) {
  const JoinSpec spec{binary.op, *binary.matching, binary.return_bool, false};
  Expr& many = spec.swapped() ? *binary.rhs : *binary.lhs;
  Expr& one = spec.swapped() ? *binary.lhs : *binary.rhs;
  Matchers known = visit(many);
  Matchers of_one = visit(one);
  if (spec.fills()) return {};
  const MatchKey key(spec.matching);
  of_one = of_labels(std::move(of_one), key);
  const bool unique = has_unique_rows(one, key);
  if (unique || unparen(many).kind == ExprKind::kVectorSelector) push(many, of_one);
  if (unique) push(one, of_labels(known, key));
  add_known(known, of_one);
  if (spec.one_to_one()) {
    known = of_labels(std::move(known), {spec.matching.labels, !spec.matching.on});
  }
  known = without_labels(std::move(known), spec.matching.include);
  return spec.drops_name() ? without_name(std::move(known)) : known;
}

Matchers visit_binary(BinaryExpr& binary) {
  const bool left_scalar = type_of(*binary.lhs) == ValueType::kScalar;
  const bool right_scalar = type_of(*binary.rhs) == ValueType::kScalar;
  if (!left_scalar && !right_scalar) {
    return is_set_operator(binary.op) ? visit_set_operation(binary) : visit_join(binary);
  }
  Matchers left = visit(*binary.lhs);
  Matchers right = visit(*binary.rhs);
  Matchers& known = left_scalar ? right : left;
  const bool filters = is_comparison(binary.op) && !binary.return_bool;
  return filters ? known : without_name(std::move(known));
}

Matchers visit_aggregate(AggregateExpr& aggregate) {
  if (aggregate.param) visit(*aggregate.param);
  Matchers known = visit(*aggregate.expr);
  if (chooses_rows(aggregate.op)) return known;
  if (aggregate.op == AggregateOp::kCountValues) return {};
  return of_labels(std::move(known), GroupingSpec(aggregate.grouping, aggregate.without));
}

/// Functions that leave labels alone, perhaps but for the name.
bool keeps_labels(std::string_view name) {
  return find_range_function(name) != nullptr || find_math_function(name) != nullptr ||
         find_histogram_number(name) != nullptr || name == "timestamp" || name == "sort" ||
         name == "sort_desc" || name == "sort_by_label" || name == "sort_by_label_desc";
}

Matchers visit_call(Call& call) {
  Matchers known;
  for (ExprPtr& arg : call.args) {
    Matchers of_arg = visit(*arg);
    if (keeps_labels(call.function->name)) add_known(known, of_arg);
  }
  return without_name(std::move(known));
}

Matchers visit(Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kNumber:
    case ExprKind::kString:
      return {};
    case ExprKind::kVectorSelector:
      return simplest_matchers(as<VectorSelector>(expr).matchers);
    case ExprKind::kMatrixSelector:
      return simplest_matchers(as<MatrixSelector>(expr).selector->matchers);
    case ExprKind::kSubquery:
      return visit(*as<Subquery>(expr).expr);
    case ExprKind::kUnary:
      return without_name(visit(*as<UnaryExpr>(expr).expr));
    case ExprKind::kParen:
      return visit(*as<ParenExpr>(expr).expr);
    case ExprKind::kBinary:
      return visit_binary(as<BinaryExpr>(expr));
    case ExprKind::kAggregate:
      return visit_aggregate(as<AggregateExpr>(expr));
    case ExprKind::kCall:
      return visit_call(as<Call>(expr));
  }
  return {};
}

}  // namespace

void propagate_matchers(Expr& expr) { visit(expr); }

}  // namespace tocsin::promql
