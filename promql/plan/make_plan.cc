#include "promql/plan/make_plan.h"

#include <utility>

#include "promql/plan/at_modifier.h"
#include "promql/plan/bucketless.h"
#include "promql/plan/constants.h"
#include "promql/plan/durations.h"
#include "promql/plan/invariant.h"
#include "promql/plan/number_calls.h"
#include "promql/plan/parens.h"
#include "promql/plan/propagate_matchers.h"

namespace tocsin::promql {

base::Result<ExprPtr> rewrite(const Expr& expr, const EvalRange& range) {
  ExprPtr out = clone(expr);
  replace_number_calls(out, range);
  RETURN_IF_ERROR(resolve_durations(*out, range));
  remove_parens(*out);
  resolve_at_modifiers(*out, range);
  fold_constants(out);
  propagate_matchers(*out);
  return out;
}

base::Result<Plan> make_plan(Expr& rewritten, base::SeriesSource& source,
                             const EvalOptions& options, SharedParts* shared) {
  Builder builder(source, options, find_invariants(rewritten),
                  find_bucketless_selectors(rewritten));
  if (shared != nullptr) builder.share(*shared);
  return builder.build_plan(rewritten);
}

base::Result<Plan> make_watched_plan(Expr& rewritten, base::SeriesSource& source,
                                     const EvalOptions& options, PlanObserver& observer) {
  Builder builder(source, options, find_invariants(rewritten), find_bucketless_selectors(rewritten),
                  &observer);
  return builder.build_plan(rewritten);
}

}  // namespace tocsin::promql
