#include "promql/eval/histogram_total.h"

#include <algorithm>
#include <utility>

namespace tocsin::promql {
namespace {

using base::CounterResetHint;
using base::FloatHistogram;
using base::HistogramPtr;

void note_collision(std::span<const HistogramPtr> histograms, HistogramNotes& notes) {
  const auto any = [&](CounterResetHint hint) {
    return std::ranges::any_of(
        histograms, [hint](const HistogramPtr& h) { return h->counter_reset_hint == hint; });
  };
  notes.add_if(any(CounterResetHint::kReset) && any(CounterResetHint::kNotReset),
               HistogramNote::kCollidedAggregation);
}

/// Adds and notes what happened. False when the histogram does not fit.
bool add_noting(CompensatedHistogram& sum, const FloatHistogram& h, HistogramNotes& notes) {
  const HistogramJoin join = sum.add(h);
  notes.add_if(join.incompatible, HistogramNote::kMixedSchemas);
  notes.add_if(join.bounds_reconciled, HistogramNote::kReconciledAggregation);
  return !join.incompatible;
}

HistogramTotal done(CompensatedHistogram sum, std::span<const HistogramPtr> histograms,
                    HistogramNotes& notes) {
  note_collision(histograms, notes);
  return {std::make_shared<FloatHistogram>(std::move(sum).total()), 0};
}

/// The mean of all, of which the first `summed` can be added up without overflow.
HistogramTotal average_by_steps(std::span<const HistogramPtr> histograms, size_t summed,
                                HistogramNotes& notes) {
  CompensatedHistogram mean(*histograms[0]);
  for (size_t i = 1; i < summed; ++i) mean.add(*histograms[i]);
  mean.divide(static_cast<double>(summed));
  for (size_t i = summed; i < histograms.size(); ++i) {
    const auto count = static_cast<double>(i + 1);
    FloatHistogram share = *histograms[i];
    divide(share, count);
    mean.multiply((count - 1) / count);
    if (!add_noting(mean, share, notes)) return {nullptr, i};
  }
  return done(std::move(mean), histograms, notes);
}

}  // namespace

HistogramTotal sum_histograms(std::span<const HistogramPtr> histograms, HistogramNotes& notes) {
  CompensatedHistogram sum(*histograms[0]);
  for (size_t i = 1; i < histograms.size(); ++i) {
    if (!add_noting(sum, *histograms[i], notes)) return {nullptr, i};
  }
  return done(std::move(sum), histograms, notes);
}

HistogramTotal average_histograms(std::span<const HistogramPtr> histograms, HistogramNotes& notes) {
  CompensatedHistogram sum(*histograms[0]);
  for (size_t i = 1; i < histograms.size(); ++i) {
    if (!add_noting(sum, *histograms[i], notes)) return {nullptr, i};
    if (sum.overflowed()) return average_by_steps(histograms, i, notes);
  }
  sum.divide(static_cast<double>(histograms.size()));
  return done(std::move(sum), histograms, notes);
}

}  // namespace tocsin::promql
