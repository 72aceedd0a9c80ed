// How explanations look over the evaluator's shoulder: at building time, so that plans that nobody
// explains carry nothing of it.
#pragma once

#include "promql/eval/operator.h"
#include "promql/eval/range_input.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// Gets every operator of a plan while it is built, children first, and returns what takes its
/// place: the operator itself, or one that watches it.
class PlanObserver {
 public:
  virtual ~PlanObserver() = default;
  /// `made` evaluates `expr`, which lives as long as the plan.
  virtual OperatorPtr observe(const Expr& expr, OperatorPtr made) = 0;
  /// A range selector or subquery.
  virtual RangeInputPtr observe(const Expr& expr, RangeInputPtr made) = 0;
};

}  // namespace tocsin::promql
