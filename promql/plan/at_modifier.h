// Rewrite: @ start() and @ end() become timestamps.
//
//   before  x @ end()
//   after   x @ 1700000000
#pragma once

#include "promql/eval/query.h"

namespace tocsin::promql {

/// Of the whole query's range, also inside subqueries.
void resolve_at_modifiers(Expr& expr, const EvalRange& range);

}  // namespace tocsin::promql
