// Rewrite: parentheses around arguments, operands and parameters go.
//
//   before  timestamp((x)), topk((3), (x))
//   after   timestamp(x), topk(3, x)
#pragma once

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// Elsewhere parentheses stay: positions in annotations count them.
void remove_parens(Expr& expr);

}  // namespace tocsin::promql
