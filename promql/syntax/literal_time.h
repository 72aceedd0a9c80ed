// Seconds of the language → milliseconds of the engine.
#pragma once

#include <cmath>
#include <limits>

#include "engine/base/time.h"

namespace tocsin::promql {

/// Seconds beyond this do not fit into 64 bits of nanoseconds.
inline constexpr double kDurationSecondsMax = 9223372036.854775808;

inline bool is_duration_out_of_range(double seconds) {
  return seconds > kDurationSecondsMax || seconds < -kDurationSecondsMax;
}

/// Rounded to nanoseconds, then cut to milliseconds, as upstream does. Saturates.
inline base::DurationMs duration_ms_of(double seconds) {
  constexpr double kLimit = 9223372036854775807.0;
  const double nanoseconds = std::round(seconds * 1e9);
  if (std::isnan(nanoseconds)) return 0;
  if (nanoseconds >= kLimit) return std::numeric_limits<int64_t>::max() / 1000000;
  if (nanoseconds <= -kLimit) return std::numeric_limits<int64_t>::min() / 1000000;
  return static_cast<int64_t>(nanoseconds) / 1000000;
}

}  // namespace tocsin::promql
