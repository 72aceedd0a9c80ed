// Rewrite: arithmetic on numbers is done once.
//
//   before  predict_linear(free_bytes[1h], 4 * 3600) < -(1 + 1)
//   after   predict_linear(free_bytes[1h], 14400) < -2
#pragma once

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// Also comparisons with `bool`, and pi(). The number stands at the position of what it replaces.
void fold_constants(ExprPtr& expr);

}  // namespace tocsin::promql
