#include "promql/plan/build.h"

#include <utility>

#include "promql/eval/aggregate.h"
#include "promql/eval/binary_scalar.h"
#include "promql/eval/binary_vector.h"
#include "promql/eval/count_values.h"
#include "promql/eval/deferred.h"
#include "promql/eval/label_call.h"
#include "promql/eval/limit.h"
#include "promql/eval/map_call.h"
#include "promql/eval/scalars.h"
#include "promql/eval/scan_smoothed.h"
#include "promql/eval/set_op.h"
#include "promql/eval/step_invariant.h"
#include "promql/eval/topk.h"
#include "promql/plan/matchers.h"

namespace tocsin::promql {
namespace {

base::Error misplaced(std::string_view what) {
  return {base::Code::kInternal, std::string(what) + " where a vector or scalar should be"};
}

bool is_scalar(const Expr& expr) { return type_of(expr) == ValueType::kScalar; }

}  // namespace

Shift to_shift(const TimeShift& shift) {
  Shift result;
  result.offset = shift.offset;
  if (shift.at == AtKind::kTimestamp) result.at = shift.at_ms;
  return result;
}

base::Result<Plan> Builder::build_plan(const Expr& expr) {
  Plan plan;
  plan.type = type_of(expr);
  if (plan.type == ValueType::kString) {
    plan.string = as<StringLiteral>(unparen(expr)).value;
    return plan;
  }
  if (plan.type == ValueType::kMatrix) {
    ASSIGN_OR_RETURN(plan.matrix, build_range(unparen(expr)));
    return plan;
  }
  ASSIGN_OR_RETURN(plan.vector, build(expr));
  if (delayed_names()) plan.vector = std::make_unique<DropMarkedNames>(std::move(plan.vector));
  return plan;
}

base::Result<std::shared_ptr<base::Selection>> Builder::select(const base::Matchers& matchers) {
  return source_.select(simplest_matchers(matchers));
}

Builder::Made Builder::build(const Expr& expr) {
  if (shared_ == nullptr || !shared_->is_shared(expr)) return build_alone(expr);
  return shared_->use(expr, [this, &expr] { return build_alone(expr); });
}

Builder::Made Builder::build_alone(const Expr& expr) {
  ASSIGN_OR_RETURN(auto bare, build_bare(expr));
  OperatorPtr made = observed(expr, std::move(bare));
  if (!invariants_.contains(&expr)) return made;
  return OperatorPtr(std::make_unique<StepInvariant>(std::move(made)));
}

Builder::Made Builder::build_bare(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kNumber:
      return OperatorPtr(std::make_unique<NumberScalar>(as<NumberLiteral>(expr).value));
    case ExprKind::kString:
      return misplaced("string");
    case ExprKind::kVectorSelector:
      return make_selector(as<VectorSelector>(expr), InstantValue::kValue);
    case ExprKind::kMatrixSelector:
      return misplaced("range selector");
    case ExprKind::kSubquery:
      return misplaced("subquery");
    case ExprKind::kUnary:
      return make_unary(as<UnaryExpr>(expr));
    case ExprKind::kBinary:
      return make_binary(as<BinaryExpr>(expr));
    case ExprKind::kParen:
      return build(*as<ParenExpr>(expr).expr);
    case ExprKind::kCall:
      return make_call(as<Call>(expr));
    case ExprKind::kAggregate:
      return make_aggregate(as<AggregateExpr>(expr));
  }
  return misplaced("unknown expression");
}

Builder::Made Builder::make_selector(const VectorSelector& selector, InstantValue yields) {
  ASSIGN_OR_RETURN(auto selection, select(selector.matchers));
  if (selector.mode == RangeMode::kSmoothed && yields == InstantValue::kValue) {
    return OperatorPtr(std::make_unique<ScanSmoothed>(
        std::move(selection), to_shift(selector.shift), options_.lookback_delta, selector.pos));
  }
  auto scan = std::make_unique<ScanInstant>(std::move(selection), to_shift(selector.shift),
                                            options_.lookback_delta, yields);
  if (bucketless_.contains(&selector)) scan->strip_buckets();
  return OperatorPtr(std::move(scan));
}

base::Result<RangeInputPtr> Builder::build_range(const Expr& expr) {
  ASSIGN_OR_RETURN(auto made, build_bare_range(expr));
  return observer_ == nullptr ? std::move(made) : observer_->observe(expr, std::move(made));
}

base::Result<RangeInputPtr> Builder::build_bare_range(const Expr& expr) {
  if (expr.kind == ExprKind::kMatrixSelector) {
    const auto& matrix = as<MatrixSelector>(expr);
    ASSIGN_OR_RETURN(auto selection, select(matrix.selector->matchers));
    WindowReach reach{matrix.selector->mode, 0, 0};
    if (reach.mode != RangeMode::kPlain) reach.before = options_.lookback_delta;
    if (reach.mode == RangeMode::kSmoothed) reach.after = options_.lookback_delta;
    auto scan = std::make_unique<RangeScan>(std::move(selection), to_shift(matrix.selector->shift),
                                            matrix.range, reach);
    if (bucketless_.contains(matrix.selector.get())) scan->strip_buckets();
    return RangeInputPtr(std::move(scan));
  }
  if (expr.kind != ExprKind::kSubquery) return misplaced("vector in place of a range");
  const auto& subquery = as<Subquery>(expr);
  ASSIGN_OR_RETURN(auto inner, build(*subquery.expr));
  const base::DurationMs step = subquery.step > 0 ? subquery.step : options_.default_subquery_step;
  return RangeInputPtr(std::make_unique<SubqueryInput>(std::move(inner), to_shift(subquery.shift),
                                                       subquery.range, step));
}

Builder::Made Builder::make_unary(const UnaryExpr& unary) {
  ASSIGN_OR_RETURN(auto child, build(*unary.expr));
  if (!unary.negate) return child;
  if (is_scalar(*unary.expr)) return OperatorPtr(std::make_unique<ScalarNegate>(std::move(child)));
  MapCall::Spec spec;
  spec.function = {"unary -", negate_kernel};
  spec.negates_histograms = true;
  spec.delayed_names = delayed_names();
  spec.pos = unary.pos;
  return OperatorPtr(std::make_unique<MapCall>(spec, std::move(child), std::vector<OperatorPtr>()));
}

Builder::Made Builder::make_binary(const BinaryExpr& binary) {
  const bool left_scalar = is_scalar(*binary.lhs);
  const bool right_scalar = is_scalar(*binary.rhs);
  if (left_scalar && right_scalar) return make_scalar_binary(binary);
  if (left_scalar || right_scalar) return make_vector_scalar(binary, left_scalar);
  return make_vector_vector(binary);
}

Builder::Made Builder::make_scalar_binary(const BinaryExpr& binary) {
  ASSIGN_OR_RETURN(auto lhs, build(*binary.lhs));
  ASSIGN_OR_RETURN(auto rhs, build(*binary.rhs));
  return OperatorPtr(std::make_unique<ScalarBinary>(binary.op, std::move(lhs), std::move(rhs)));
}

Builder::Made Builder::make_vector_scalar(const BinaryExpr& binary, bool scalar_first) {
  ASSIGN_OR_RETURN(auto lhs, build(*binary.lhs));
  ASSIGN_OR_RETURN(auto rhs, build(*binary.rhs));
  BinaryScalar::Spec spec;
  spec.op = binary.op;
  spec.scalar_first = scalar_first;
  spec.return_bool = binary.return_bool;
  spec.delayed_names = delayed_names();
  spec.pos = binary.pos;
  if (scalar_first) std::swap(lhs, rhs);
  return OperatorPtr(std::make_unique<BinaryScalar>(spec, std::move(lhs), std::move(rhs)));
}

Builder::Made Builder::make_vector_vector(const BinaryExpr& binary) {
  ASSIGN_OR_RETURN(auto lhs, build(*binary.lhs));
  ASSIGN_OR_RETURN(auto rhs, build(*binary.rhs));
  const VectorMatching matching = binary.matching.value_or(VectorMatching{});
  if (is_set_operator(binary.op)) {
    return OperatorPtr(
        std::make_unique<SetOp>(binary.op, matching, std::move(lhs), std::move(rhs)));
  }
  JoinSpec spec;
  spec.op = binary.op;
  spec.matching = matching;
  spec.return_bool = binary.return_bool;
  spec.delayed_names = delayed_names();
  const Expr& many = unparen(spec.swapped() ? *binary.rhs : *binary.lhs);
  auto join =
      std::make_unique<BinaryVector>(std::move(spec), binary.pos, std::move(lhs), std::move(rhs));
  if (many.kind == ExprKind::kVectorSelector && as<VectorSelector>(many).pushed > 0) {
    join->narrowed_from(make_unpushed(as<VectorSelector>(many)));
  }
  return OperatorPtr(std::move(join));
}

OperatorPtr Builder::make_unpushed(const VectorSelector& selector) {
  const auto written = selector.matchers.begin() + static_cast<std::ptrdiff_t>(selector.pushed);
  const base::Matchers matchers = simplest_matchers({written, selector.matchers.end()});
  const auto make = [&source = source_, matchers, shift = to_shift(selector.shift),
                     lookback = options_.lookback_delta]() -> Made {
    ASSIGN_OR_RETURN(auto selection, source.select(matchers));
    return OperatorPtr(
        std::make_unique<ScanInstant>(std::move(selection), shift, lookback, InstantValue::kValue));
  };
  return std::make_unique<Deferred>(make);
}

Builder::Made Builder::make_aggregate(const AggregateExpr& aggregate) {
  ASSIGN_OR_RETURN(auto child, build(*aggregate.expr));
  GroupingSpec grouping{aggregate.grouping, aggregate.without};
  if (aggregate.op == AggregateOp::kCountValues) {
    const std::string& label = as<StringLiteral>(unparen(*aggregate.param)).value;
    if (label.empty() || !base::is_utf8(label)) {
      return base::Error{base::Code::kInvalid, "invalid label name " + base::go_quote(label)};
    }
    return OperatorPtr(std::make_unique<CountValues>(label, std::move(grouping), std::move(child)));
  }
  OperatorPtr param;
  base::PosRange param_pos;
  if (aggregate.param) {
    ASSIGN_OR_RETURN(param, build(*aggregate.param));
    param_pos = aggregate.param->pos;
  }
  if (aggregate.op == AggregateOp::kTopk || aggregate.op == AggregateOp::kBottomk) {
    return OperatorPtr(std::make_unique<Topk>(aggregate.op == AggregateOp::kBottomk, aggregate.pos,
                                              std::move(grouping), std::move(child),
                                              std::move(param)));
  }
  if (aggregate.op == AggregateOp::kLimitk) {
    return OperatorPtr(
        std::make_unique<LimitK>(std::move(grouping), std::move(child), std::move(param)));
  }
  if (aggregate.op == AggregateOp::kLimitRatio) {
    return OperatorPtr(std::make_unique<LimitRatio>(param_pos, std::move(child), std::move(param)));
  }
  return OperatorPtr(
      std::make_unique<Aggregate>(Aggregate::Spec{aggregate.op, aggregate.expr->pos, param_pos},
                                  std::move(grouping), std::move(child), std::move(param)));
}

}  // namespace tocsin::promql
