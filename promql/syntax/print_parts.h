// The pieces that the one-line and the indented printer share.
#pragma once

#include <string>

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// Each adds the piece's one-line text to `out`.
void append_expr(std::string& out, const Expr& expr);
void append_duration_expr(std::string& out, const DurationExpr& expr);
/// True for "Inf ^ b", which is printed without the sign: "+Inf ^ b" is read as "+(Inf ^ b)".
/// DIFFERS: upstream prints the sign, and one more each time the text is formatted.
bool is_infinity_to_a_power(const BinaryExpr& node);
/// "== bool on (a) group_left ()".
void append_operator(std::string& out, const BinaryExpr& node);
/// "sum" or "sum by (a) ", up to the parenthesis.
void append_aggregate_head(std::string& out, const AggregateExpr& node);
/// "[5m:1m] @ end() offset 1m".
void append_subquery_suffix(std::string& out, const Subquery& node);

}  // namespace tocsin::promql
