#include "promql/plan/invariant.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "promql/plan/walk.h"
#include "promql/syntax/functions.h"

namespace tocsin::promql {
namespace {

/// Functions whose result depends on the step's time besides their arguments.
constexpr std::array<std::string_view, 14> kUnsafe = {
    "days_in_month", "day_of_month", "day_of_week", "day_of_year",    "end",   "hour", "minute",
    "month",         "year",         "range",       "predict_linear", "start", "step", "time"};

bool is_unsafe(const Call& call) {
  if (call.function->name == "timestamp") {
    return call.args.empty() || call.args[0]->kind != ExprKind::kVectorSelector;
  }
  return std::find(kUnsafe.begin(), kUnsafe.end(), call.function->name) != kUnsafe.end();
}

struct Verdict {
  bool invariant = false;
  bool worth_wrapping = false;  ///< Literals are invariant, but there is nothing to save.
};

class Finder {
 public:
  explicit Finder(std::unordered_set<const Expr*>& found) : found_(found) {}

  Verdict visit(Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kNumber:
      case ExprKind::kString:
        return {true, false};
      case ExprKind::kVectorSelector:
        return fixed(as<VectorSelector>(expr).shift);
      case ExprKind::kMatrixSelector:
        return fixed(as<MatrixSelector>(expr).selector->shift);
      case ExprKind::kSubquery: {
        auto& subquery = as<Subquery>(expr);
        wrap_if(visit(*subquery.expr), *subquery.expr);
        return fixed(subquery.shift);
      }
      // The parameter of an aggregation is not looked at, as upstream.
      case ExprKind::kAggregate:
        return visit(*as<AggregateExpr>(expr).expr);
      case ExprKind::kUnary:
        return visit(*as<UnaryExpr>(expr).expr);
      case ExprKind::kParen:
        return visit(*as<ParenExpr>(expr).expr);
      case ExprKind::kBinary:
        return children(expr, true);
      case ExprKind::kCall:
        return children(expr, !is_unsafe(as<Call>(expr)));
    }
    return {};
  }

  void wrap_if(Verdict verdict, const Expr& expr) {
    const Expr& inner = unparen(expr);
    const bool is_range =
        inner.kind == ExprKind::kMatrixSelector || inner.kind == ExprKind::kSubquery;
    if (verdict.worth_wrapping && !is_range) found_.insert(&expr);
  }

 private:
  static Verdict fixed(const TimeShift& shift) {
    const bool at = shift.at == AtKind::kTimestamp;
    return {at, at};
  }

  /// Invariant if all children are; if not, those that are get wrapped.
  Verdict children(Expr& expr, bool invariant) {
    bool worth_wrapping = false;
    std::vector<std::pair<Expr*, Verdict>> verdicts;
    for_each_child(expr, [&](ExprPtr& child) {
      verdicts.emplace_back(child.get(), visit(*child));
      invariant = invariant && verdicts.back().second.invariant;
      worth_wrapping = worth_wrapping || verdicts.back().second.worth_wrapping;
    });
    if (invariant) return {true, worth_wrapping};
    for (const auto& [child, verdict] : verdicts) wrap_if(verdict, *child);
    return {};
  }

  std::unordered_set<const Expr*>& found_;
};

}  // namespace

std::unordered_set<const Expr*> find_invariants(Expr& root) {
  std::unordered_set<const Expr*> found;
  Finder finder(found);
  finder.wrap_if(finder.visit(root), root);
  return found;
}

}  // namespace tocsin::promql
