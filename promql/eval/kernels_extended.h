// Functions over anchored and smoothed windows, which reach beyond the range: floats only.
//
// Anchored: from the newest sample at or before the range's start to the newest in the range,
// without extrapolation. Smoothed: from boundary to boundary, interpolated between neighbouring
// samples.
#pragma once

#include <string_view>
#include <vector>

#include "promql/eval/range_functions.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// The function for windows of this mode, or nullptr when the mode cannot be used with it. For
/// kPlain as find_range_function. Source: prometheus:promql/functions.go extendedRate.
const RangeFunction* find_range_function(std::string_view name, RangeMode mode);

/// "anchored modifier can only be used with: …".
std::string wrong_function_for(RangeMode mode, std::string_view function);

/// The value at `t` on the line through two samples; a counter that fell started again from 0.
double interpolate(base::TimestampMs t1, double v1, base::TimestampMs t2, double v2,
                   base::TimestampMs t, bool is_counter);

struct FloatSample {
  base::TimestampMs t = 0;
  double v = 0;
};
/// The samples within the range and one at each of its ends; nothing when none is inside.
/// Source: prometheus:promql/engine.go extendFloats.
std::vector<FloatSample> extend_floats(const RowWindow& window, RangeMode mode);

}  // namespace tocsin::promql
