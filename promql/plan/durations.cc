#include "promql/plan/durations.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "promql/eval/kernels_math.h"
#include "promql/plan/walk.h"

namespace tocsin::promql {
namespace {

base::Error fault(const DurationExpr& expr, std::string_view text) {
  return {base::Code::kInvalid, std::to_string(expr.pos.start) + ":" +
                                    std::to_string(expr.pos.end) + ": " + std::string(text)};
}

base::Result<double> seconds_of(const DurationExpr& expr, const EvalRange& range);

base::Result<double> combine(const DurationExpr& expr, const EvalRange& range) {
  using Kind = DurationExpr::Kind;
  ASSIGN_OR_RETURN(const double a, seconds_of(*expr.lhs, range));
  ASSIGN_OR_RETURN(const double b, seconds_of(*expr.rhs, range));
  if (expr.kind == Kind::kDiv && b == 0) return fault(expr, "division by zero");
  if (expr.kind == Kind::kMod && b == 0) return fault(expr, "modulo by zero");
  if (expr.kind == Kind::kAdd) return a + b;
  if (expr.kind == Kind::kSub) return a - b;
  if (expr.kind == Kind::kMul) return a * b;
  if (expr.kind == Kind::kDiv) return a / b;
  if (expr.kind == Kind::kMod) return std::fmod(a, b);
  if (expr.kind == Kind::kPow) return std::pow(a, b);
  return expr.kind == Kind::kMinOf ? go_min(a, b) : go_max(a, b);
}

base::Result<double> seconds_of(const DurationExpr& expr, const EvalRange& range) {
  using Kind = DurationExpr::Kind;
  switch (expr.kind) {
    case Kind::kNumber:
      return expr.seconds;
    case Kind::kStep:
      return range.start == range.end ? 0.0 : static_cast<double>(range.step) / 1000;
    case Kind::kRange:
      return static_cast<double>(range.end - range.start) / 1000;
    case Kind::kParen:
      return seconds_of(*expr.lhs, range);
    case Kind::kNegate: {
      ASSIGN_OR_RETURN(const double v, seconds_of(*expr.lhs, range));
      return -v;
    }
    case Kind::kMinOf:
    case Kind::kMaxOf:
    case Kind::kAdd:
    case Kind::kSub:
    case Kind::kMul:
    case Kind::kDiv:
    case Kind::kMod:
    case Kind::kPow:
      return combine(expr, range);
  }
  return fault(expr, "unknown duration expression");
}

/// `from`, if there is one, becomes milliseconds in `to`.
base::Status resolve(DurationExprPtr& from, base::DurationMs& to, const EvalRange& range,
                     bool may_be_negative) {
  if (!from) return {};
  ASSIGN_OR_RETURN(const double seconds, seconds_of(*from, range));
  constexpr double kSecondsMax = 9223372036.854775807;  // 2^63 ns
  if (std::isnan(seconds) || std::isinf(seconds))
    return fault(*from, "duration is NaN or infinite");
  if (seconds <= 0 && !may_be_negative) return fault(*from, "duration must be greater than 0");
  if (std::fabs(seconds) > kSecondsMax) return fault(*from, "duration is out of range");
  to = static_cast<base::DurationMs>(seconds * 1000);
  from.reset();
  return {};
}

base::Status resolve_shift(TimeShift& shift, const EvalRange& range) {
  return resolve(shift.offset_expr, shift.offset, range, true);
}

}  // namespace

base::Status resolve_durations(Expr& expr, const EvalRange& range) {
  if (expr.kind == ExprKind::kVectorSelector) {
    return resolve_shift(as<VectorSelector>(expr).shift, range);
  }
  if (expr.kind == ExprKind::kMatrixSelector) {
    auto& matrix = as<MatrixSelector>(expr);
    RETURN_IF_ERROR(resolve_shift(matrix.selector->shift, range));
    return resolve(matrix.range_expr, matrix.range, range, false);
  }
  if (expr.kind == ExprKind::kSubquery) {
    auto& subquery = as<Subquery>(expr);
    RETURN_IF_ERROR(resolve_shift(subquery.shift, range));
    RETURN_IF_ERROR(resolve(subquery.range_expr, subquery.range, range, false));
    RETURN_IF_ERROR(resolve(subquery.step_expr, subquery.step, range, false));
  }
  base::Status status;
  for_each_child(expr, [&](ExprPtr& child) {
    if (status.ok()) status = resolve_durations(*child, range);
  });
  return status;
}

}  // namespace tocsin::promql
