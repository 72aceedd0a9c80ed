// Sums of histograms, for series that are written with an increment.
#pragma once

#include "engine/base/histogram.h"
#include "engine/base/status.h"

namespace tocsin::promql {

/// a + b, or a − b, in the schema of `a`, compacted. Fails with kInvalid when b's schema is lower
/// or of the other kind.
base::Result<base::HistogramPtr> add_histograms(const base::FloatHistogram& a,
                                                const base::FloatHistogram& b, bool subtracts);

/// Index and count of each bucket, without empty ones, ascending.
std::vector<std::pair<int64_t, double>> nonempty_buckets(
    const std::vector<base::HistogramSpan>& spans, const std::vector<double>& buckets);

}  // namespace tocsin::promql
