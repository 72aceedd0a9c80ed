#include "promql/eval/histogram_statistics.h"

#include <cmath>
#include <limits>

#include "promql/eval/histogram_rank.h"
#include "promql/eval/kahan.h"

namespace tocsin::promql {
namespace {

using base::FloatHistogram;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// A zero bucket reaches only to 0 where no bucket has the other sign.
void bias_zero_bucket(NativeBucket& bucket, const FloatHistogram& h) {
  if (h.negative_buckets.empty() && !h.positive_buckets.empty()) bucket.lower = 0;
  if (h.positive_buckets.empty() && !h.negative_buckets.empty()) bucket.upper = 0;
}

/// The bucket that holds the quantile, counted from the nearer end.
struct Hit {
  NativeBucket bucket;
  double count = 0;      ///< Up to and with the bucket.
  double count_all = 0;  ///< Of all buckets on from the first.
};

Hit find_rank(const std::vector<NativeBucket>& buckets, double rank, bool ascending) {
  Hit hit;
  bool found = false;
  for (size_t i = 0; i < buckets.size(); ++i) {
    const NativeBucket& bucket = buckets[ascending ? i : buckets.size() - 1 - i];
    hit.count_all += bucket.count;
    // As upstream, the last bucket looked at stays when none reaches the rank.
    if (found || bucket.count == 0) {
      if (!found) hit.bucket = bucket;
      continue;
    }
    hit.bucket = bucket;
    hit.count += bucket.count;
    found = hit.count >= rank;
  }
  return hit;
}

double interpolate(const NativeBucket& b, double fraction, bool custom) {
  if (custom || (b.lower <= 0 && b.upper >= 0)) return b.lower + (b.upper - b.lower) * fraction;
  const double log_lower = log2_exact(std::fabs(b.lower));
  const double log_upper = log2_exact(std::fabs(b.upper));
  if (b.lower > 0) return std::exp2(log_lower + (log_upper - log_lower) * fraction);
  return -std::exp2(log_upper + (log_lower - log_upper) * (1 - fraction));
}

}  // namespace

NativeResult native_quantile(double q, const FloatHistogram& h,
                             std::vector<NativeBucket>& buckets) {
  if (q < 0) return {-kInf};
  if (q > 1) return {kInf};
  if (h.count == 0 || std::isnan(q)) return {kNan};
  list_buckets(h, buckets);
  const bool has_nan = std::isnan(h.sum);
  const bool custom = h.uses_custom_buckets();
  // NaN observations count as higher than all others: then only counting from below is right.
  const bool ascending = has_nan || q < 0.5;
  const double rank = (ascending ? q : 1 - q) * h.count;
  Hit hit = find_rank(buckets, rank, ascending);
  NativeBucket& bucket = hit.bucket;
  if (!custom && bucket.lower < 0 && bucket.upper > 0) {
    bias_zero_bucket(bucket, h);
  } else if (custom && bucket.lower == -kInf) {
    if (bucket.upper <= 0) return {bucket.upper};
    bucket.lower = 0;
  } else if (custom && bucket.upper == kInf) {
    return {bucket.lower};
  }
  const double count = std::fmin(hit.count, h.count);
  if (count < rank) {
    if (has_nan) return {kNan, NanEffect::kResultNan};
    return {bucket.upper};
  }
  const double inside = ascending ? rank - (count - bucket.count) : count - rank;
  const bool skewed = has_nan && hit.count_all < h.count;
  return {interpolate(bucket, inside / bucket.count, custom),
          skewed ? NanEffect::kSkewed : NanEffect::kNone};
}

NativeResult native_fraction(double lower, double upper, const FloatHistogram& h,
                             std::vector<NativeBucket>& buckets) {
  if (h.count == 0 || std::isnan(lower) || std::isnan(upper)) return {kNan};
  if (lower >= upper) return {0};
  list_buckets(h, buckets);
  const bool custom = h.uses_custom_buckets();
  RankBelow below_lower(lower);
  RankBelow below_upper(upper);
  double count = 0;
  double rank = 0;
  for (NativeBucket& bucket : buckets) {
    count += bucket.count;
    const bool around_zero = bucket.lower <= 0 && bucket.upper >= 0;
    if (around_zero) bias_zero_bucket(bucket, h);
    const auto inside = [&](double v) {
      // Nothing can be said about where in an endless bucket observations are.
      if (bucket.lower == -kInf && (custom || around_zero)) return bucket.count;
      return rank + bucket.count * fraction_below(bucket, v, custom || around_zero);
    };
    below_lower.visit(bucket.lower, bucket.upper, rank, inside);
    below_upper.visit(bucket.lower, bucket.upper, rank, inside);
    rank += bucket.count;
  }
  const bool has_nan = std::isnan(h.sum);
  const double total = has_nan ? count : h.count;
  return {(below_upper.rank(total) - below_lower.rank(total)) / h.count,
          has_nan && count < h.count ? NanEffect::kSkewed : NanEffect::kNone};
}

double native_variance(const FloatHistogram& h, std::vector<NativeBucket>& buckets) {
  list_buckets(h, buckets);
  const double mean = h.sum / h.count;
  double variance = 0;
  double c = 0;
  for (const NativeBucket& bucket : buckets) {
    if (bucket.count == 0) continue;
    double middle = 0;
    if (h.uses_custom_buckets()) {
      middle = (bucket.upper + bucket.lower) / 2;
    } else if (bucket.lower > 0 || bucket.upper < 0) {
      middle = std::sqrt(bucket.upper * bucket.lower);
      if (bucket.upper < 0) middle = -middle;
    }
    const double delta = middle - mean;
    kahan_add(bucket.count * delta * delta, variance, c);
  }
  return (variance + c) / h.count;
}

}  // namespace tocsin::promql
