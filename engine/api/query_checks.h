// What an expression is asked before it becomes a query.
#pragma once

#include "promql/eval/query.h"

namespace tocsin::api {

/// Whether it selects any series.
bool has_selector(const promql::Expr& expr);

/// Whether its arithmetic on durations, if it has any, comes out right for `range`: upstream finds
/// out when it makes the query, which is before it runs. Fails with the text of
/// promql/plan/durations.h.
base::Status check_durations(const promql::Expr& expr, const promql::EvalRange& range);

}  // namespace tocsin::api
