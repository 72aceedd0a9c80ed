// The buckets of a native histogram, one by one.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/histogram.h"

namespace tocsin::promql {

/// A bucket with its bounds.
struct NativeBucket {
  double lower = 0;
  double upper = 0;
  double count = 0;
  bool lower_inclusive = false;
  bool upper_inclusive = false;
};

/// Walks the buckets of one side, empty ones included, ascending in index. Never goes past the
/// counts, whatever the spans claim. Lifetime: that of the spans.
class BucketCursor {
 public:
  BucketCursor(const std::vector<base::HistogramSpan>& spans, size_t buckets)
      : spans_(spans), buckets_(buckets) {}

  /// Moves to the next bucket, first to the first. False past the last one.
  bool next() {
    if (left_ == 0 && !next_span()) return false;
    if (++place_ >= buckets_) return false;
    ++index_;
    --left_;
    return true;
  }
  int64_t index() const { return index_; }  ///< In the histogram's schema.
  size_t place() const { return place_; }   ///< Among the counts.

 private:
  bool next_span() {
    while (span_ < spans_.size() && left_ == 0) {
      index_ += spans_[span_].offset;
      left_ = spans_[span_++].length;
    }
    return left_ != 0;
  }

  const std::vector<base::HistogramSpan>& spans_;
  size_t buckets_;
  size_t span_ = 0;
  uint32_t left_ = 0;
  int64_t index_ = -1;
  size_t place_ = SIZE_MAX;
};

NativeBucket positive_bucket(const base::FloatHistogram& h, int64_t index, double count);
NativeBucket negative_bucket(const base::FloatHistogram& h, int64_t index, double count);
/// Both ends belong to it.
NativeBucket zero_bucket(const base::FloatHistogram& h);

/// All buckets from the lowest to the highest: negative ones, the zero bucket when it is not empty,
/// positive ones. Those that overlap the zero bucket begin where it ends. Replaces `out`.
/// Source: prometheus:model/histogram/float_histogram.go AllBucketIterator.
void list_buckets(const base::FloatHistogram& h, std::vector<NativeBucket>& out);

/// The fraction of the bucket's width below v, lower < v < upper, both finite: on a linear scale,
/// or on a logarithmic one, which fits buckets that grow exponentially.
double fraction_below(const NativeBucket& bucket, double v, bool linear);

/// Logarithm to base 2 as Go computes it: exact for powers of 2.
double log2_exact(double v);

}  // namespace tocsin::promql
