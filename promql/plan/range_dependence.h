// Does a plan depend on the query's start, end or step? Then it is made anew when they change.
#pragma once

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// True with start() end() range() step() as calls, in durations or after @.
bool depends_on_range(const Expr& expr);

}  // namespace tocsin::promql
