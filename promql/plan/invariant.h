// Analysis: which parts of a query are the same at every step.
//
//   before  x > avg_over_time(y[1h] @ 1700000000)
//   after   x > StepInvariant(avg_over_time(y[1h] @ 1700000000))
#pragma once

#include <unordered_set>

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// The expressions to be evaluated once: the largest ones fixed by @. Range selectors and
/// subqueries are never among them. Requires resolved @ modifiers. Source:
/// prometheus:promql/engine.go preprocessExprHelper.
std::unordered_set<const Expr*> find_invariants(Expr& root);

}  // namespace tocsin::promql
