// The quantile of a set of floats.
#pragma once

#include <span>
#include <string>

namespace tocsin::promql {

/// Interpolates between neighbours of the sorted values, NaN first; reorders them. NaN for an empty
/// set or a NaN q; −Inf below 0, +Inf above 1. Source: prometheus:promql/quantile.go quantile.
double quantile_of(double q, std::span<double> values);

/// Median of the distances from the median; NaN when any value is. `unused` makes it a sorting
/// function (range_functions.h). Source: prometheus:promql/functions.go funcMadOverTime.
double mad_of(double unused, std::span<double> values);

/// True when q is outside [0, 1] or NaN: the caller warns with quantile_warning().
inline bool is_bad_quantile(double q) { return !(q >= 0 && q <= 1); }
std::string quantile_warning(double q);

}  // namespace tocsin::promql
