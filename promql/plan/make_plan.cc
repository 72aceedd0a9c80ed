#include "promql/plan/make_plan.h"

#include <utility>

#include "promql/plan/at_modifier.h"
#include "promql/plan/bucketless.h"
#include "promql/plan/durations.h"
#include "promql/plan/invariant.h"
#include "promql/plan/number_calls.h"
#include "promql/plan/parens.h"

namespace tocsin::promql {

base::Result<MadePlan> make_plan(const Expr& expr, const EvalRange& range,
                                 base::SeriesSource& source, const EvalOptions& options,
                                 PlanObserver* observer) {
  MadePlan made;
  made.expr = clone(expr);
  replace_number_calls(made.expr, range);
  RETURN_IF_ERROR(resolve_durations(*made.expr, range));
  remove_parens(*made.expr);
  resolve_at_modifiers(*made.expr, range);
  Builder builder(source, options, find_invariants(*made.expr),
                  find_bucketless_selectors(*made.expr), observer);
  ASSIGN_OR_RETURN(made.plan, builder.build_plan(*made.expr));
  return made;
}

}  // namespace tocsin::promql
