// The tree of an expression as JSON, as /api/v1/parse_query shows it.
#pragma once

#include <string>

#include "promql/syntax/ast.h"

namespace tocsin::api {

/// Appends an object with "type" and what belongs to that type, keys in alphabetical order,
/// durations and times in milliseconds. Source: prometheus web/api/v1/translate_ast.go.
void append_expr_json(std::string& out, const promql::Expr& expr);

}  // namespace tocsin::api
