#include "promql/eval/histogram_buckets.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "promql/eval/histogram_bounds.h"

namespace tocsin::promql {
namespace {

using base::FloatHistogram;

NativeBucket between(const FloatHistogram& h, int64_t index, double lower, double upper,
                     double count) {
  if (h.uses_custom_buckets()) return {lower, upper, count, index == 0, true};
  return {lower, upper, count, lower<0, upper> 0};
}

}  // namespace

NativeBucket positive_bucket(const FloatHistogram& h, int64_t index, double count) {
  return between(h, index, bucket_bound(index - 1, h), bucket_bound(index, h), count);
}

NativeBucket negative_bucket(const FloatHistogram& h, int64_t index, double count) {
  return between(h, index, -bucket_bound(index, h), -bucket_bound(index - 1, h), count);
}

NativeBucket zero_bucket(const FloatHistogram& h) {
  return {-h.zero_threshold, h.zero_threshold, h.zero_count, true, true};
}

void list_buckets(const FloatHistogram& h, std::vector<NativeBucket>& out) {
  const auto clip = [z = h.zero_threshold](NativeBucket bucket) {
    if (bucket.upper < 0 && bucket.upper > -z) bucket.upper = -z;
    if (bucket.lower > 0 && bucket.lower < z) bucket.lower = z;
    return bucket;
  };
  out.clear();
  for (BucketCursor at(h.negative_spans, h.negative_buckets.size()); at.next();) {
    out.push_back(clip(negative_bucket(h, at.index(), h.negative_buckets[at.place()])));
  }
  std::reverse(out.begin(), out.end());
  if (h.zero_count > 0) out.push_back(zero_bucket(h));
  for (BucketCursor at(h.positive_spans, h.positive_buckets.size()); at.next();) {
    out.push_back(clip(positive_bucket(h, at.index(), h.positive_buckets[at.place()])));
  }
}

double fraction_below(const NativeBucket& bucket, double v, bool linear) {
  if (linear) return (v - bucket.lower) / (bucket.upper - bucket.lower);
  const double log_lower = log2_exact(std::fabs(bucket.lower));
  const double log_upper = log2_exact(std::fabs(bucket.upper));
  const double log_v = log2_exact(std::fabs(v));
  if (v > 0) return (log_v - log_lower) / (log_upper - log_lower);
  return 1 - (log_v - log_upper) / (log_lower - log_upper);
}

double log2_exact(double v) {
  int exponent = 0;
  const double fraction = std::frexp(v, &exponent);
  if (fraction == 0.5) return exponent - 1;
  return std::log(fraction) * (1 / std::numbers::ln2) + exponent;
}

}  // namespace tocsin::promql
