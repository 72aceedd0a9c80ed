// A curve in one line of text.
#pragma once

#include <span>
#include <string>

#include "engine/base/time.h"

namespace tocsin::app {

/// Points of a curve over [start, end).
struct Curve {
  std::span<const base::TimestampMs> t;  ///< Ascending.
  std::span<const double> v;             ///< One per t.
  base::TimestampMs start = 0;
  base::TimestampMs end = 0;
};

/// `width` block characters from the lowest to the highest finite value. Where several points share
/// a character the highest is shown, so that no spike is lost; where there is none a blank is. A
/// curve that never changes is a line in the middle.
std::string sparkline(const Curve& curve, size_t width);

}  // namespace tocsin::app
