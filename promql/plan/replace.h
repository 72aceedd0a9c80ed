// What rewrites put in the place of an expression.
#pragma once

#include <memory>
#include <utility>

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// Puts a number where `expr` was, at its position in the query.
inline void replace_by_number(ExprPtr& expr, double value) {
  auto number = std::make_unique<NumberLiteral>();
  number->value = value;
  number->pos = expr->pos;
  expr = std::move(number);
}

}  // namespace tocsin::promql
