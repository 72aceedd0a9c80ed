// Zero buckets of different widths made equal.
// Source: prometheus:model/histogram/float_histogram.go reconcileZeroBuckets.
#pragma once

#include "promql/eval/histogram_arithmetic.h"

namespace tocsin::promql {

/// A zero bucket.
struct ZeroBucket {
  double threshold = 0;
  double count = 0;
  double lost = 0;  ///< By rounding.
};

/// The zero bucket that h would have if it reached at least to `threshold`: wider still where that
/// is inside a populated bucket. `compensated`: h itself with what its numbers lost, or null.
ZeroBucket widened_zero_bucket(const base::FloatHistogram& h,
                               const CompensatedHistogram* compensated, double threshold);

/// Widens the zero bucket of `h` until one of the same width fits `other`, too, and returns that
/// one; its buckets within it are for the caller to leave out. `compensated` as above.
ZeroBucket reconcile_zero_buckets(base::FloatHistogram& h, CompensatedHistogram* compensated,
                                  const base::FloatHistogram& other);

}  // namespace tocsin::promql
