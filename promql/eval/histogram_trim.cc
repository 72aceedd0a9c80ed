#include "promql/eval/histogram_trim.h"

#include <cmath>

#include "promql/eval/histogram_arithmetic.h"
#include "promql/eval/histogram_buckets.h"

namespace tocsin::promql {
namespace {

using base::FloatHistogram;

/// What is left of a bucket, and where it lies on average.
struct Kept {
  double count = 0;
  double middle = 0;
};

/// How buckets of one side are cut.
struct Cut {
  double x = 0;
  bool upper = false;  ///< What is above x goes.
  bool positive = true;
  bool linear = false;  ///< Custom buckets.

  bool keeps_all(const NativeBucket& b) const { return upper ? b.upper <= x : b.lower >= x; }
  bool splits(const NativeBucket& b) const { return upper ? b.lower < x : b.upper > x; }
};

double middle(double lower, double upper, const Cut& cut) {
  if (std::isinf(lower)) {
    if (std::isinf(upper)) return 0;
    return upper > 0 ? upper / 2 : upper;
  }
  if (std::isinf(upper)) return lower;
  if (cut.linear) return (lower + upper) / 2;
  const double geometric = std::sqrt(std::fabs(lower * upper));
  return cut.positive ? geometric : -geometric;
}

/// The first custom bucket: nobody knows where below its bound its observations are. A positive
/// bound suggests that they are above 0.
Kept split_lowest(const NativeBucket& b, const Cut& cut) {
  const bool finite = !std::isinf(b.upper);
  if (cut.upper) {
    if (cut.x >= b.upper) return {b.count, 0};
    if (cut.x > 0 && b.upper > 0 && finite) return {b.count * cut.x / b.upper, cut.x / 2};
    if (b.upper <= 0) return {b.count, cut.x};
    return {};
  }
  if (cut.x <= b.lower) return {b.count, 0};
  if (cut.x >= 0 && b.upper > cut.x && finite) {
    return {b.count * (1 - cut.x / b.upper), (cut.x + b.upper) / 2};
  }
  return {};
}

/// The last custom bucket: it reaches to infinity, so below x may be anything of it.
Kept split_highest(const NativeBucket& b, const Cut& cut) {
  if (!cut.upper && cut.x >= b.lower) return {b.count, cut.x};
  return {};
}

Kept split(const NativeBucket& b, const Cut& cut) {
  if (std::isinf(b.lower) && b.lower < 0) return split_lowest(b, cut);
  if (std::isinf(b.upper) && b.upper > 0) return split_highest(b, cut);
  double below = 0;
  if (cut.x >= b.upper) {
    below = b.count;
  } else if (!(cut.x <= b.lower)) {
    below = b.count * fraction_below(b, cut.x, cut.linear);
  }
  if (cut.upper) return {below, middle(b.lower, cut.x, cut)};
  return {b.count - below, middle(cut.x, b.upper, cut)};
}

Kept keep(const NativeBucket& b, const Cut& cut) {
  if (cut.keeps_all(b)) return {b.count, middle(b.lower, b.upper, cut)};
  return cut.splits(b) ? split(b, cut) : Kept{};
}

/// The zero bucket reaches only to 0 where no observation has the other sign.
Kept keep_of_zero(const NativeBucket& b, const Cut& cut, bool any_positive, bool any_negative) {
  const double lower = any_positive && !any_negative ? 0 : b.lower;
  const double upper = any_negative && !any_positive ? 0 : b.upper;
  if (cut.x <= lower) return cut.upper ? Kept{} : Kept{b.count, (lower + upper) / 2};
  if (cut.x >= upper) return cut.upper ? Kept{b.count, (lower + upper) / 2} : Kept{};
  if (cut.upper) return {b.count * ((cut.x - lower) / (upper - lower)), (lower + cut.x) / 2};
  return {b.count * ((upper - cut.x) / (upper - lower)), (cut.x + upper) / 2};
}

/// Sums up what is kept.
struct Totals {
  double count = 0;
  double sum = 0;
  bool changed = false;
  /// Returns the new count of the bucket.
  double take(const Kept& kept, double before) {
    count += kept.count;
    sum += kept.middle * kept.count;
    changed = changed || kept.count != before;
    return kept.count;
  }
};

/// Returns whether the side has observations.
bool trim_side(FloatHistogram& h, const Cut& cut, Totals& totals) {
  const auto& spans = cut.positive ? h.positive_spans : h.negative_spans;
  auto& buckets = cut.positive ? h.positive_buckets : h.negative_buckets;
  bool any = false;
  for (BucketCursor at(spans, buckets.size()); at.next();) {
    double& count = buckets[at.place()];
    if (count == 0) continue;
    any = true;
    const NativeBucket bucket = cut.positive ? positive_bucket(h, at.index(), count)
                                             : negative_bucket(h, at.index(), count);
    count = totals.take(keep(bucket, cut), count);
  }
  return any;
}

}  // namespace

void trim(FloatHistogram& h, double x, bool upper) {
  Cut cut{x, upper, true, h.uses_custom_buckets()};
  Totals totals;
  const bool any_positive = trim_side(h, cut, totals);
  cut.positive = false;
  const bool any_negative = trim_side(h, cut, totals);
  if (h.zero_count > 0) {
    h.zero_count =
        totals.take(keep_of_zero(zero_bucket(h), cut, any_positive, any_negative), h.zero_count);
  }
  if (!totals.changed) return;
  h.count = totals.count;
  h.sum = totals.sum;
  compact(h);
}

}  // namespace tocsin::promql
