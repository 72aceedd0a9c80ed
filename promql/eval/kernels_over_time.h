// Functions of one window of floats: the *_over_time family, changes, resets.
// Row kernels take a RowWindow (window.h) and are the definition; column kernels give the same
// bits.
#pragma once

#include <span>

#include "promql/eval/window.h"

namespace tocsin::promql {

// Source of all: prometheus:promql/functions.go.
bool sum_row(const RowWindow& window, double param, double& out);  ///< Compensated.
bool avg_row(const RowWindow& window, double param, double& out);  ///< Compensated (RunningMean).
bool min_row(const RowWindow& window, double param, double& out);  ///< NaN only if all are.
bool max_row(const RowWindow& window, double param, double& out);
bool count_row(const RowWindow& window, double param, double& out);
bool present_row(const RowWindow& window, double param, double& out);  ///< 1.
bool first_row(const RowWindow& window, double param, double& out);
bool last_row(const RowWindow& window, double param, double& out);
bool stddev_row(const RowWindow& window, double param, double& out);  ///< Of the population.
bool stdvar_row(const RowWindow& window, double param, double& out);
bool changes_row(const RowWindow& window, double param, double& out);
bool resets_row(const RowWindow& window, double param, double& out);
/// Double exponential smoothing; param is the smoothing factor, window.trend the trend factor.
bool smoothing_row(const RowWindow& window, double param, double& out);
/// Seconds: when the first, last, lowest or highest sample was; of equals the last.
bool ts_of_first_row(const RowWindow& window, double param, double& out);
bool ts_of_last_row(const RowWindow& window, double param, double& out);
bool ts_of_min_row(const RowWindow& window, double param, double& out);
bool ts_of_max_row(const RowWindow& window, double param, double& out);

void sum_columns(const ColumnWindow& window, double param, double* out);
void avg_columns(const ColumnWindow& window, double param, double* out);
void min_columns(const ColumnWindow& window, double param, double* out);
void max_columns(const ColumnWindow& window, double param, double* out);
void count_columns(const ColumnWindow& window, double param, double* out);
void present_columns(const ColumnWindow& window, double param, double* out);
void first_columns(const ColumnWindow& window, double param, double* out);
void last_columns(const ColumnWindow& window, double param, double* out);
void stddev_columns(const ColumnWindow& window, double param, double* out);
void stdvar_columns(const ColumnWindow& window, double param, double* out);
void changes_columns(const ColumnWindow& window, double param, double* out);
void resets_columns(const ColumnWindow& window, double param, double* out);

/// Changes and resets from one column to the next.
void change_events(const double* before, const double* after, const uint32_t* sum_before,
                   uint32_t* sum, size_t rows);
void reset_events(const double* before, const double* after, const uint32_t* sum_before,
                  uint32_t* sum, size_t rows);

}  // namespace tocsin::promql
