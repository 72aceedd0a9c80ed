// Analysis: does each result series depend on its own input series alone?
//
//   yes  rate(errors_total{job="api"}[5m]) / rate(requests_total{job="api"}[5m]) > 0.1
//   no   sum by (job) (up) < 3, absent(up), a / on (cluster) b, time() - a < 60
#pragma once

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// True when series meet only series of otherwise the same labels: those come from one target and
/// so arrive together. Then no result speaks of samples of two moments, or of the time of the
/// evaluation alone. Errs on the side of false.
bool is_row_wise(const Expr& expr);

}  // namespace tocsin::promql
