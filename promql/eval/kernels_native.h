// Native histograms in range functions, as far as they need no change of resolution: all histograms
// of the window have the same buckets.
#pragma once

#include <span>

#include "engine/base/histogram.h"
#include "promql/eval/window.h"

namespace tocsin::promql {

/// One row's histograms in a window, ascending in t, at least two.
struct HistogramWindow {
  std::span<const base::TimestampMs> t;
  std::span<const base::HistogramPtr> h;
  WindowTimes times;
};

/// Null when the histograms' buckets differ.
using HistogramKernel = base::HistogramPtr (*)(const HistogramWindow& window);

/// As the functions of floats (kernels_rate.h), bucket by bucket; a gauge.
/// Source: prometheus:promql/functions.go histogramRate.
base::HistogramPtr rate_histogram(const HistogramWindow& window);
base::HistogramPtr increase_histogram(const HistogramWindow& window);
base::HistogramPtr delta_histogram(const HistogramWindow& window);

/// Same schema, zero bucket, bounds and spans.
bool same_buckets(const base::FloatHistogram& a, const base::FloatHistogram& b);
/// True when a counter was reset between two histograms with the same buckets.
/// Source: prometheus:model/histogram/float_histogram.go DetectReset.
bool detect_reset(const base::FloatHistogram& current, const base::FloatHistogram& previous);
/// Leaves out empty buckets.
void compact(base::FloatHistogram& h);

}  // namespace tocsin::promql
