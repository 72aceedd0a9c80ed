#include "promql/eval/kernels_histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "promql/eval/histogram_rank.h"

namespace tocsin::promql {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Adds up buckets with equal bounds. Returns how many are left.
size_t merge_equal_bounds(std::span<Bucket> buckets) {
  size_t last = 0;
  for (size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].bound == buckets[last].bound) {
      buckets[last].count += buckets[i].count;
    } else {
      buckets[++last] = buckets[i];
    }
  }
  return last + 1;
}

/// Source: prometheus:util/almost/almost.go Equal.
bool almost_equal(double a, double b, double epsilon) {
  if (std::isnan(a) && std::isnan(b)) return true;
  if (a == b) return true;
  const double sum = std::fabs(a) + std::fabs(b);
  const double difference = std::fabs(a - b);
  constexpr double kSmallest = std::numeric_limits<double>::min();
  if (a == 0 || b == 0 || sum < kSmallest) return difference < epsilon * kSmallest;
  return difference / std::min(sum, std::numeric_limits<double>::max()) < epsilon;
}

/// Counts of scrapes that tore may fall; floating-point noise is mended silently.
void make_monotonic(std::span<Bucket> buckets, ForcedMonotonicity& forced) {
  double previous = buckets[0].count;
  for (size_t i = 1; i < buckets.size(); ++i) {
    Bucket& bucket = buckets[i];
    if (bucket.count == previous) continue;
    if (almost_equal(previous, bucket.count, 1e-12)) {
      bucket.count = previous;
      continue;
    }
    if (bucket.count < previous) {
      if (!forced.forced) forced.bound_min = bucket.bound;
      forced.bound_min = std::min(forced.bound_min, bucket.bound);
      forced.bound_max = forced.forced ? std::max(forced.bound_max, bucket.bound) : bucket.bound;
      forced.diff_max = std::max(forced.diff_max, previous - bucket.count);
      forced.forced = true;
      bucket.count = previous;
      continue;
    }
    previous = bucket.count;
  }
}

}  // namespace

double bucket_quantile(double q, std::span<Bucket> buckets, ForcedMonotonicity& forced) {
  if (std::isnan(q)) return kNan;
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  if (buckets.empty() || buckets.back().bound != kInf) return kNan;
  const size_t n = merge_equal_bounds(buckets);
  buckets = buckets.first(n);
  make_monotonic(buckets, forced);
  if (n < 2) return kNan;
  const double total = buckets[n - 1].count;
  if (total == 0) return kNan;
  const double rank = q * total;
  size_t b = 0;
  while (b + 1 < n && !(buckets[b].count >= rank)) ++b;
  if (b == n - 1) return buckets[n - 2].bound;
  if (b == 0 && buckets[0].bound <= 0) return buckets[0].bound;
  const double start = b == 0 ? 0 : buckets[b - 1].bound;
  const double before = b == 0 ? 0 : buckets[b - 1].count;
  return start + (buckets[b].bound - start) * ((rank - before) / (buckets[b].count - before));
}

double bucket_fraction(double lower, double upper, std::span<Bucket> buckets) {
  if (buckets.empty() || buckets.back().bound != kInf) return kNan;
  buckets = buckets.first(merge_equal_bounds(buckets));
  const double total = buckets.back().count;
  if (total == 0 || std::isnan(lower) || std::isnan(upper)) return kNan;
  if (lower >= upper) return 0;
  RankBelow below_lower(lower);
  RankBelow below_upper(upper);
  // Bounds above 0 alone suggest that nothing is below it.
  double start = buckets[0].bound > 0 ? 0 : -kInf;
  double rank = 0;
  for (const Bucket& bucket : buckets) {
    const auto inside = [&](double v) {
      if (start == -kInf) return bucket.count;
      return rank + (bucket.count - rank) * (v - start) / (bucket.bound - start);
    };
    below_lower.visit(start, bucket.bound, rank, inside);
    below_upper.visit(start, bucket.bound, rank, inside);
    rank = bucket.count;
    start = bucket.bound;
  }
  return (below_upper.rank(total) - below_lower.rank(total)) / total;
}

}  // namespace tocsin::promql
