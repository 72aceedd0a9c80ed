// h </ x and h >/ x: the part of a native histogram below or above a value.
#pragma once

#include "engine/base/histogram.h"

namespace tocsin::promql {

/// Keeps what lies below x (`upper`), or above it. Buckets that x falls into are split as their
/// scale suggests. Count and sum are estimated anew, and the result compacted, when any bucket
/// changed. Source: prometheus:model/histogram/float_histogram.go TrimBuckets.
void trim(base::FloatHistogram& h, double x, bool upper);

}  // namespace tocsin::promql
