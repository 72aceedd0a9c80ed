// Rewrites an expression so that it gives the same result at any time.
#pragma once

#include <optional>

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// A copy whose selectors and subqueries without `@ timestamp` have `@ t`, except below a subquery
/// (which is pinned itself). Nothing when it calls a function that looks at the evaluation time.
/// Source: prometheus promql/promqltest/test.go atModifierTestCases.
ExprPtr pin_time(const Expr& expr, base::TimestampMs t);

/// Whether it calls start(), end(), step() or range(), as functions or in a duration.
bool depends_on_query_range(std::string_view text);

}  // namespace tocsin::promql
