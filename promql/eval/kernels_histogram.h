// Quantiles and fractions of classic histograms.
#pragma once

#include <span>

namespace tocsin::promql {

/// One bucket: values up to `bound`, cumulative count.
struct Bucket {
  double bound = 0;
  double count = 0;
};

/// What had to be mended so that counts ascend with their bounds.
struct ForcedMonotonicity {
  bool forced = false;
  double bound_min = 0;
  double bound_max = 0;
  double diff_max = 0;
};

/// The q-quantile, interpolated within its bucket. buckets: ascending in bound, changed in place
/// (equal bounds merged, counts made monotonic). NaN where there is none; −Inf below q = 0, +Inf
/// above 1. Source: prometheus:promql/quantile.go BucketQuantile.
double bucket_quantile(double q, std::span<Bucket> buckets, ForcedMonotonicity& forced);

/// The fraction of observations between two values, interpolated likewise. buckets as above, but
/// counts stay as they are. NaN where there is none. Source: BucketFraction, same file.
double bucket_fraction(double lower, double upper, std::span<Bucket> buckets);

}  // namespace tocsin::promql
