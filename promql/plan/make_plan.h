// Expression → rewrites → operators: all that stands between a parsed query and its plan.
#pragma once

#include "promql/plan/build.h"

namespace tocsin::promql {

/// A plan and what it was built from.
struct MadePlan {
  ExprPtr expr;  ///< After all rewrites; positions are those of the query's text.
  Plan plan;
};

/// A copy of `expr` after all rewrites for evaluations over `range`.
base::Result<ExprPtr> rewrite(const Expr& expr, const EvalRange& range);

/// Rewrites a copy of `expr` for evaluations over `range` and builds its operators, past `observer`
/// when there is one.
base::Result<MadePlan> make_plan(const Expr& expr, const EvalRange& range,
                                 base::SeriesSource& source, const EvalOptions& options,
                                 PlanObserver* observer = nullptr);

/// The same from a rewritten expression, with what it has in common with other queries.
base::Result<Plan> make_shared_plan(Expr& rewritten, base::SeriesSource& source,
                                    const EvalOptions& options, SharedParts& shared);

}  // namespace tocsin::promql
