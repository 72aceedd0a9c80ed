// Arithmetic on native histograms. All change their first argument.
// Source: prometheus:model/histogram/float_histogram.go.
#pragma once

#include <optional>
#include <vector>

#include "engine/base/histogram.h"

namespace tocsin::promql {

/// Multiplies all counts and the sum; a negative factor makes a gauge of it.
void multiply(base::FloatHistogram& h, double factor);
/// Divides likewise; division by zero also takes all buckets but the zero bucket.
void divide(base::FloatHistogram& h, double divisor);

/// Leaves out empty buckets and joins neighbouring spans.
void compact(base::FloatHistogram& h);
/// Merges buckets so that it has `schema`, which is not higher than its own. Not for custom
/// buckets.
void reduce_resolution(base::FloatHistogram& h, int32_t schema);

/// How two histograms went together.
struct HistogramJoin {
  bool incompatible = false;       ///< Exponential with custom buckets: nothing was changed.
  bool hints_collide = false;      ///< One says reset, the other not reset.
  bool bounds_reconciled = false;  ///< Custom bounds differed: the common ones remain.
};

/// h ± other, bucket by bucket, in the lower schema, the wider zero bucket, or the common custom
/// bounds. Not compacted. The hint becomes that of both, gauge if one is, else unknown.
HistogramJoin add(base::FloatHistogram& h, const base::FloatHistogram& other);
HistogramJoin subtract(base::FloatHistogram& h, const base::FloatHistogram& other);

/// A histogram and what rounding lost of each of its numbers (kahan.h).
struct CompensatedHistogram {
  base::FloatHistogram h;
  double lost_count = 0;
  double lost_sum = 0;
  double lost_zero = 0;
  std::vector<double> lost_positive;  ///< One per bucket of h.
  std::vector<double> lost_negative;

  explicit CompensatedHistogram(base::FloatHistogram start);
  HistogramJoin add(const base::FloatHistogram& other);
  void multiply(double factor);
  void divide(double divisor);
  /// h with what was lost.
  base::FloatHistogram total() &&;
  /// Some number is infinite.
  bool overflowed() const;
};

}  // namespace tocsin::promql
