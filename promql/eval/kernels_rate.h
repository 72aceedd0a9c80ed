// rate, increase, delta, irate, idelta over floats.
#pragma once

#include "promql/eval/window.h"

namespace tocsin::promql {

/// Per-second increase, increase and difference over the window, extrapolated to its ends. A
/// counter that falls has been reset: the value before each reset is added, in time order. Missing:
/// fewer than two samples → no result. Source: prometheus:promql/functions.go extrapolatedRate.
bool rate_row(const RowWindow& window, double param, double& out);
bool increase_row(const RowWindow& window, double param, double& out);
bool delta_row(const RowWindow& window, double param, double& out);
/// The same over columns (at least two): reads the first and the last, and those where drops says
/// that some counter fell.
void rate_columns(const ColumnWindow& window, double param, double* out);
void increase_columns(const ColumnWindow& window, double param, double* out);
void delta_columns(const ColumnWindow& window, double param, double* out);

/// How extrapolation treats a value.
struct ExtrapolatedValue {
  bool is_counter = false;
  bool per_second = false;
  double first = 0;  ///< The first sample: a counter cannot have been below zero before it.
  double raw = 0;    ///< The increase over the samples.
};

/// What `raw` is multiplied by. samples: at least two.
double extrapolation_factor(base::TimestampMs first_t, base::TimestampMs last_t, size_t samples,
                            const WindowTimes& times, const ExtrapolatedValue& value);

/// From the last two samples: rate per second (counter) and difference.
/// Source: prometheus:promql/functions.go instantValue.
bool irate_row(const RowWindow& window, double param, double& out);
bool idelta_row(const RowWindow& window, double param, double& out);
void irate_columns(const ColumnWindow& window, double param, double* out);
void idelta_columns(const ColumnWindow& window, double param, double* out);

}  // namespace tocsin::promql
