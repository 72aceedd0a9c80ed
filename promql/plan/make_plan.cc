#include "promql/plan/make_plan.h"

#include <utility>

#include "promql/plan/at_modifier.h"
#include "promql/plan/bucketless.h"
#include "promql/plan/constants.h"
#include "promql/plan/durations.h"
#include "promql/plan/invariant.h"
#include "promql/plan/number_calls.h"
#include "promql/plan/parens.h"

namespace tocsin::promql {

base::Result<ExprPtr> rewrite(const Expr& expr, const EvalRange& range) {
  ExprPtr out = clone(expr);
  replace_number_calls(out, range);
  RETURN_IF_ERROR(resolve_durations(*out, range));
  remove_parens(*out);
  resolve_at_modifiers(*out, range);
  fold_constants(out);
  return out;
}

base::Result<MadePlan> make_plan(const Expr& expr, const EvalRange& range,
                                 base::SeriesSource& source, const EvalOptions& options,
                                 PlanObserver* observer) {
  MadePlan made;
  ASSIGN_OR_RETURN(made.expr, rewrite(expr, range));
  Builder builder(source, options, find_invariants(*made.expr),
                  find_bucketless_selectors(*made.expr), observer);
  ASSIGN_OR_RETURN(made.plan, builder.build_plan(*made.expr));
  return made;
}

base::Result<Plan> make_shared_plan(Expr& rewritten, base::SeriesSource& source,
                                    const EvalOptions& options, SharedParts& shared) {
  Builder builder(source, options, find_invariants(rewritten),
                  find_bucketless_selectors(rewritten));
  builder.share(shared);
  return builder.build_plan(rewritten);
}

}  // namespace tocsin::promql
