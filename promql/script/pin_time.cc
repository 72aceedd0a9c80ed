#include "promql/script/pin_time.h"

#include <algorithm>
#include <array>

#include "promql/syntax/functions.h"

namespace tocsin::promql {
namespace {

constexpr std::array<std::string_view, 15> kTimeFunctions = {
    "days_in_month", "day_of_month", "day_of_week", "day_of_year",    "end",
    "hour",          "minute",       "month",       "predict_linear", "range",
    "start",         "step",         "time",        "timestamp",      "year"};

bool reads_time(const Function& function) {
  return std::find(kTimeFunctions.begin(), kTimeFunctions.end(), function.name) !=
         kTimeFunctions.end();
}

class TimePinner {
 public:
  explicit TimePinner(base::TimestampMs t) : t_(t) {}

  // False when the expression looks at the evaluation time.
  bool pin(Expr& expr) const {
    switch (expr.kind) {
      case ExprKind::kNumber:
      case ExprKind::kString:
        return true;
      case ExprKind::kVectorSelector:
        return pin_shift(as<VectorSelector>(expr).shift);
      case ExprKind::kMatrixSelector:
        return pin_shift(as<MatrixSelector>(expr).selector->shift);
      case ExprKind::kSubquery:
        return pin_shift(as<Subquery>(expr).shift);
      case ExprKind::kUnary:
        return pin(*as<UnaryExpr>(expr).expr);
      case ExprKind::kParen:
        return pin(*as<ParenExpr>(expr).expr);
      case ExprKind::kBinary:
        return pin(*as<BinaryExpr>(expr).lhs) && pin(*as<BinaryExpr>(expr).rhs);
      case ExprKind::kCall: {
        const auto& args = as<Call>(expr).args;
        return !reads_time(*as<Call>(expr).function) &&
               std::all_of(args.begin(), args.end(), [this](const auto& arg) { return pin(*arg); });
      }
      case ExprKind::kAggregate:
        break;
    }
    auto& node = as<AggregateExpr>(expr);
    return pin(*node.expr) && (!node.param || pin(*node.param));
  }

 private:
  bool pin_shift(TimeShift& shift) const {
    if (shift.at == AtKind::kTimestamp) return true;
    shift.at = AtKind::kTimestamp;
    shift.at_ms = t_;
    return true;
  }

  const base::TimestampMs t_;
};

}  // namespace

ExprPtr pin_time(const Expr& expr, base::TimestampMs t) {
  ExprPtr copy = clone(expr);
  return TimePinner(t).pin(*copy) ? std::move(copy) : nullptr;
}

bool depends_on_query_range(std::string_view text) {
  constexpr std::array<std::string_view, 4> kCalls = {"start()", "end()", "range()", "step()"};
  return std::any_of(kCalls.begin(), kCalls.end(), [&](std::string_view call) {
    return text.find(call) != std::string_view::npos;
  });
}

}  // namespace tocsin::promql
