// Expression → operators.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "engine/base/series_source.h"
#include "promql/eval/operator.h"
#include "promql/eval/range_input.h"
#include "promql/plan/plan_observer.h"
#include "promql/plan/shared_parts.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// What an expression became. Exactly one of `vector`, `matrix` is set, or neither for a string.
struct Plan {
  ValueType type = ValueType::kNone;
  OperatorPtr vector;    ///< kVector, kScalar.
  RangeInputPtr matrix;  ///< kMatrix.
  std::string string;    ///< kString.
};

/// `@` (a timestamp by now) and `offset` of a selector.
Shift to_shift(const TimeShift& shift);

/// Builds operators for rewritten expressions. Used once.
class Builder {
 public:
  Builder(base::SeriesSource& source, const EvalOptions& options,
          std::unordered_set<const Expr*> invariants,
          std::unordered_set<const VectorSelector*> bucketless, PlanObserver* observer = nullptr)
      : source_(source),
        options_(options),
        invariants_(std::move(invariants)),
        bucketless_(std::move(bucketless)),
        observer_(observer) {}

  /// Parts that `shared` says are common become its operators; it outlives the plan.
  void share(SharedParts& shared) { shared_ = &shared; }

  /// The whole query. `expr` is needed only during the call.
  base::Result<Plan> build_plan(const Expr& expr);

 private:
  using Made = base::Result<OperatorPtr>;

  Made build(const Expr& expr);
  Made build_alone(const Expr& expr);
  Made build_bare(const Expr& expr);
  OperatorPtr observed(const Expr& expr, OperatorPtr made) const {
    return observer_ == nullptr ? std::move(made) : observer_->observe(expr, std::move(made));
  }
  Made make_selector(const VectorSelector& selector, InstantValue yields);
  Made make_unary(const UnaryExpr& unary);
  Made make_binary(const BinaryExpr& binary);
  Made make_scalar_binary(const BinaryExpr& binary);
  Made make_vector_scalar(const BinaryExpr& binary, bool scalar_first);
  Made make_vector_vector(const BinaryExpr& binary);
  /// The selector without what a rewrite put in, made when it is asked for.
  OperatorPtr make_unpushed(const VectorSelector& selector);
  Made make_aggregate(const AggregateExpr& aggregate);
  Made make_call(const Call& call);  // Below: build_call.cc.
  Made make_range_call(const Call& call);
  Made make_map_call(const Call& call);
  Made make_time(const Call& call);
  Made make_pi(const Call& call);
  Made make_extreme_of(const Call& call);
  Made make_timestamp(const Call& call);
  Made make_start_timestamp(const Call& call);
  Made make_vector(const Call& call);
  Made make_scalar(const Call& call);
  Made make_sort(const Call& call);
  Made make_sort_by_label(const Call& call);
  Made make_absent(const Call& call);
  Made make_absent_over_time(const Call& call);
  Made make_histogram_number(const Call& call);
  Made make_histogram_fraction(const Call& call);
  Made make_histogram_quantile(const Call& call);
  Made make_histogram_quantiles(const Call& call);
  Made make_info(const Call& call);
  Made make_label_replace(const Call& call);
  Made make_label_join(const Call& call);
  base::Result<RangeInputPtr> build_range(const Expr& expr);
  base::Result<RangeInputPtr> build_bare_range(const Expr& expr);
  base::Result<std::shared_ptr<base::Selection>> select(const base::Matchers& matchers);

  bool delayed_names() const { return options_.features.delayed_name_removal; }

  base::SeriesSource& source_;
  const EvalOptions& options_;
  std::unordered_set<const Expr*> invariants_;
  std::unordered_set<const VectorSelector*> bucketless_;
  PlanObserver* observer_;
  SharedParts* shared_ = nullptr;
};

}  // namespace tocsin::promql
