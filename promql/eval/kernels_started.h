// rate, increase, irate and resets where samples tell when the counting behind them began.
#pragma once

#include "engine/base/series_source.h"
#include "promql/eval/window.h"

namespace tocsin::promql {

/// Whether the counting began anew between two neighbours of a window, as sample `i` (not the
/// first) tells. A start at the sample before it means that of a delta, but only where that sample
/// knew its own start: otherwise it is a total whose start nobody knew.
/// Source: prometheus:promql/functions.go isStartTimestampReset.
bool began_anew(std::span<const base::TimestampMs> t, std::span<const base::TimestampMs> starts,
                size_t i);

/// Whether some sample claims to have been counting before its predecessor was taken, but not
/// since that one's start. Source: prometheus:promql/functions.go checkStartTimeOverlap.
bool any_overlap(std::span<const base::TimestampMs> t, std::span<const base::TimestampMs> starts);

/// Whether the counting began within the window: then it began with zero, and nothing is
/// extrapolated to the left.
bool began_inside(const WindowTimes& times, base::TimestampMs first, base::TimestampMs start);

/// The increase since such a start, by this factor (per_second: to a rate): what remains to be
/// extrapolated to the right.
double factor_since_start(std::span<const base::TimestampMs> t, base::TimestampMs start,
                          const WindowTimes& times, bool per_second);

/// As rate_row and its like (kernels_rate.h), of windows with starts. One sample is enough when
/// its counting began inside the window. Source: prometheus:promql/functions.go extrapolatedRate,
/// instantValue, funcResets.
bool rate_started_row(const RowWindow& window, double param, double& out);
bool increase_started_row(const RowWindow& window, double param, double& out);
bool irate_started_row(const RowWindow& window, double param, double& out);
bool resets_started_row(const RowWindow& window, double param, double& out);

}  // namespace tocsin::promql
