// Least-squares lines through the samples of a window.
#pragma once

#include "promql/eval/window.h"

namespace tocsin::promql {

// Source of all: prometheus:promql/functions.go linearRegression.
/// Slope per second of the least-squares line; fewer than two samples → no result.
bool deriv_row(const RowWindow& window, double param, double& out);
/// Where that line is `param` seconds after the step.
bool predict_linear_row(const RowWindow& window, double param, double& out);
void deriv_columns(const ColumnWindow& window, double param, double* out);
void predict_linear_columns(const ColumnWindow& window, double param, double* out);

}  // namespace tocsin::promql
