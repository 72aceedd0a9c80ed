// Whether the parts of an expression fit together.
#pragma once

#include <vector>

#include "promql/syntax/parser.h"

namespace tocsin::promql {

/// Adds what is wrong to `issues`, in upstream's order, and settles the vector matching of binary
/// operators: none unless both sides are vectors, many-to-many for set operators.
/// Source: prometheus promql/parser/parse.go checkAST.
void check_types(Expr& expr, std::vector<ParseIssue>& issues);

}  // namespace tocsin::promql
