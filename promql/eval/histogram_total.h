// Sum and mean of native histograms: sum, avg, sum_over_time, avg_over_time.
#pragma once

#include <span>

#include "promql/eval/histogram_notes.h"

namespace tocsin::promql {

struct HistogramTotal {
  /// Not compacted. Null when exponential and custom buckets were mixed.
  std::shared_ptr<base::FloatHistogram> h;
  size_t misfit = 0;  ///< Then the first histogram that did not fit.
};

/// Compensated, bucket by bucket. histograms: at least one.
/// Source: prometheus:promql/engine.go aggregation (SUM, AVG), functions.go funcSumOverTime.
HistogramTotal sum_histograms(std::span<const base::HistogramPtr> histograms,
                              HistogramNotes& notes);
/// As RunningMean (kahan.h): a sum divided, or an incremental mean from where it would overflow.
HistogramTotal average_histograms(std::span<const base::HistogramPtr> histograms,
                                  HistogramNotes& notes);

}  // namespace tocsin::promql
