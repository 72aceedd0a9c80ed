// Expression → rewrites → operators: all that stands between a parsed query and its plan.
#pragma once

#include "promql/plan/build.h"

namespace tocsin::promql {

/// A plan and what it was built from.
struct MadePlan {
  ExprPtr expr;  ///< After all rewrites; positions are those of the query's text.
  Plan plan;
};

/// Rewrites a copy of `expr` for evaluations over `range` and builds its operators, past `observer`
/// when there is one.
base::Result<MadePlan> make_plan(const Expr& expr, const EvalRange& range,
                                 base::SeriesSource& source, const EvalOptions& options,
                                 PlanObserver* observer = nullptr);

}  // namespace tocsin::promql
