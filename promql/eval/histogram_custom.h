// Histograms whose custom bounds differ, seen through the bounds they have in common.
#pragma once

#include <vector>

#include "engine/base/histogram.h"

namespace tocsin::promql {

/// h + factor · other over the common bounds, which become those of h. Buckets go to the first
/// common bound that is not lower than their own, else to +Inf. `lost` as in CompensatedHistogram,
/// or null. Source: prometheus:model/histogram/float_histogram.go addCustomBucketsWithMismatches.
void add_by_common_bounds(base::FloatHistogram& h, std::vector<double>* lost,
                          const base::FloatHistogram& other, double factor);

/// True when a bucket between two common bounds holds less than before.
/// Source: detectResetWithMismatchedCustomBounds.
bool fell_by_common_bounds(const base::FloatHistogram& current,
                           const base::FloatHistogram& previous);

}  // namespace tocsin::promql
