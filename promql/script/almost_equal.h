// Equality of computed values.
#pragma once

#include <bit>
#include <cfloat>
#include <cmath>

#include "engine/base/sample.h"

namespace tocsin::promql {

/// Relative to the sum of both magnitudes; near zero practically exact. NaNs are equal, the stale
/// marker only to itself. Source: prometheus util/almost/almost.go.
inline bool almost_equal(double a, double b, double epsilon) {
  if (base::is_stale(a) || base::is_stale(b)) return base::is_stale(a) && base::is_stale(b);
  if (std::isnan(a) && std::isnan(b)) return true;
  if (a == b) return true;
  const double sum = std::fabs(a) + std::fabs(b);
  const double difference = std::fabs(a - b);
  if (a == 0 || b == 0 || sum < DBL_MIN) return difference < epsilon * DBL_MIN;
  return difference / std::fmin(sum, DBL_MAX) < epsilon;
}

}  // namespace tocsin::promql
