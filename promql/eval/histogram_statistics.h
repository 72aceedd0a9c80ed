// What native histograms tell: quantiles, fractions, variance.
#pragma once

#include <vector>

#include "engine/base/histogram.h"
#include "promql/eval/histogram_buckets.h"

namespace tocsin::promql {

/// What observations of NaN, which are in no bucket, do to a result.
enum class NanEffect : uint8_t { kNone, kResultNan, kSkewed };

/// A result and what to say of it.
struct NativeResult {
  double value = 0;
  NanEffect nan = NanEffect::kNone;
};

/// The q-quantile, interpolated within its bucket: linearly for custom buckets and around zero,
/// else exponentially. −Inf below q = 0, +Inf above 1, NaN for no observations or q. `buckets` is
/// room to work in. Source: prometheus:promql/quantile.go HistogramQuantile.
NativeResult native_quantile(double q, const base::FloatHistogram& h,
                             std::vector<NativeBucket>& buckets);

/// The fraction of observations between two bounds; kSkewed: NaN observations were left out.
/// Source: HistogramFraction, same file.
NativeResult native_fraction(double lower, double upper, const base::FloatHistogram& h,
                             std::vector<NativeBucket>& buckets);

/// The variance of the observations, estimated from the middles of buckets.
/// Source: prometheus:promql/functions.go histogramVariance.
double native_variance(const base::FloatHistogram& h, std::vector<NativeBucket>& buckets);

}  // namespace tocsin::promql
