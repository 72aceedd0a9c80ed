// Where the buckets of native histograms begin and end.
#pragma once

#include <cstdint>

#include "engine/base/histogram.h"

namespace tocsin::promql {

/// The upper bound of positive bucket `index`: 2^(index · 2^−schema), bit for bit as upstream has
/// it. The last bucket of finite numbers ends at the largest double. Schemas above 8 do not exist
/// and count as 8. Source: prometheus:model/histogram/generic.go getBoundExponential.
double exponential_bound(int64_t index, int32_t schema);

/// The same for either kind of schema; custom buckets begin at −Inf and end at +Inf.
double bucket_bound(int64_t index, const base::FloatHistogram& h);

}  // namespace tocsin::promql
