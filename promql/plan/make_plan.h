// Expression → rewrites → operators: all that stands between a parsed query and its plan.
#pragma once

#include "promql/plan/build.h"

namespace tocsin::promql {

/// A copy of `expr` after all rewrites for evaluations over `range`; positions stay those of the
/// query's text.
base::Result<ExprPtr> rewrite(const Expr& expr, const EvalRange& range);

/// The operators of a rewritten expression, which is needed only during the call. `shared`: what it
/// has in common with other queries, or null.
base::Result<Plan> make_plan(Expr& rewritten, base::SeriesSource& source,
                             const EvalOptions& options, SharedParts* shared = nullptr);

/// The same past an observer, which may keep pointers into the expression.
base::Result<Plan> make_watched_plan(Expr& rewritten, base::SeriesSource& source,
                                     const EvalOptions& options, PlanObserver& observer);

}  // namespace tocsin::promql
