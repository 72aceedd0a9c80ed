// Rewrite: calls that are numbers once the query's range is known.
//
//   before  rate(x[5m]) * range() / step()
//   after   rate(x[5m]) * 3600 / 60
#pragma once

#include "promql/eval/query.h"

namespace tocsin::promql {

/// Replaces start() end() range() step() by seconds; step() is 0 for an instant query.
void replace_number_calls(ExprPtr& expr, const EvalRange& range);

}  // namespace tocsin::promql
