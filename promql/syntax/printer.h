// Tree → text.
#pragma once

#include <string>

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// Canonical one-line text: parse(print(e)) prints the same again.
/// Source: prometheus promql/parser/printer.go.
std::string print(const Expr& expr);
/// Indented text: what does not fit into `width` bytes on one line is split. Source:
/// promql/parser/prettier.go.
std::string pretty_print(const Expr& expr, size_t width = 100);
/// Indented dump with kinds, types and positions, for golden tests.
std::string dump(const Expr& expr);

}  // namespace tocsin::promql
