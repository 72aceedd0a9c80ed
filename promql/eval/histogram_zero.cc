#include "promql/eval/histogram_zero.h"

#include "promql/eval/histogram_buckets.h"
#include "promql/eval/histogram_cells.h"
#include "promql/eval/kahan.h"

namespace tocsin::promql {
namespace {

using base::FloatHistogram;

/// Takes the buckets of one side that begin below `zero.threshold` into `zero`. Returns the far
/// bound of a populated bucket that reaches beyond the threshold, or the threshold.
double take_side(const std::vector<base::HistogramSpan>& spans, const std::vector<double>& buckets,
                 const std::vector<double>* lost, const FloatHistogram& h, ZeroBucket& zero) {
  for (BucketCursor at(spans, buckets.size()); at.next();) {
    const double count = buckets[at.place()];
    const NativeBucket bucket = positive_bucket(h, at.index(), count);  // In absolute terms.
    if (bucket.lower >= zero.threshold) break;
    kahan_add(count, zero.count, zero.lost);
    if (lost != nullptr) kahan_add((*lost)[at.place()], zero.count, zero.lost);
    if (bucket.upper > zero.threshold) return count != 0 ? bucket.upper : zero.threshold;
  }
  return zero.threshold;
}

/// Leaves out the buckets of a side that the zero bucket has taken, and empty ones.
void trim_side(const Side& side, const FloatHistogram& h) {
  Cells cells = read_cells({side.spans, side.buckets, side.lost});
  size_t taken = 0;
  while (taken < cells.size() &&
         positive_bucket(h, cells[taken].index, 0).lower < h.zero_threshold) {
    ++taken;
  }
  cells.erase(cells.begin(), cells.begin() + static_cast<ptrdiff_t>(taken));
  drop_empty(cells);
  write_cells(cells, side);
}

}  // namespace

ZeroBucket widened_zero_bucket(const FloatHistogram& h, const CompensatedHistogram* compensated,
                               double threshold) {
  ZeroBucket zero{threshold, h.zero_count, compensated == nullptr ? 0 : compensated->lost_zero};
  if (threshold == h.zero_threshold) return zero;
  const auto* lost_positive = compensated == nullptr ? nullptr : &compensated->lost_positive;
  const auto* lost_negative = compensated == nullptr ? nullptr : &compensated->lost_negative;
  while (true) {
    zero.count = h.zero_count;
    zero.threshold = take_side(h.positive_spans, h.positive_buckets, lost_positive, h, zero);
    const double reached = take_side(h.negative_spans, h.negative_buckets, lost_negative, h, zero);
    if (!(reached > zero.threshold)) return zero;
    // Positive buckets were judged by a threshold that is not the last word: once more.
    zero.threshold = reached;
  }
}

ZeroBucket reconcile_zero_buckets(FloatHistogram& h, CompensatedHistogram* compensated,
                                  const FloatHistogram& other) {
  ZeroBucket others{other.zero_threshold, other.zero_count, 0};
  // Both only ever widen. A threshold that is no number ends it.
  while (others.threshold < h.zero_threshold || others.threshold > h.zero_threshold) {
    if (h.zero_threshold > others.threshold) {
      others = widened_zero_bucket(other, nullptr, h.zero_threshold);
    }
    if (others.threshold > h.zero_threshold) {
      const ZeroBucket own = widened_zero_bucket(h, compensated, others.threshold);
      h.zero_count = own.count;
      h.zero_threshold = own.threshold;
      if (compensated != nullptr) compensated->lost_zero = own.lost;
      const bool compensates = compensated != nullptr;
      trim_side({h.positive_spans, h.positive_buckets,
                 compensates ? &compensated->lost_positive : nullptr},
                h);
      trim_side({h.negative_spans, h.negative_buckets,
                 compensates ? &compensated->lost_negative : nullptr},
                h);
    }
  }
  return others;
}

}  // namespace tocsin::promql
