// Analysis: can two rows of a result have the same labels where it matters?
//
//   no     sum by (job, zone) (x)          by job, zone and whatever else
//   no     x{code="200"}                   by all labels but the name and code
//   maybe  x                               by job
#pragma once

#include "promql/eval/label_numbers.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// True when no two rows have the same labels of `key`, whatever the series and the time. Errs on
/// the side of false.
bool has_unique_rows(const Expr& expr, const LabelChoice& key);

}  // namespace tocsin::promql
