// Native histograms in anchored and smoothed windows (kernels_extended.h has the floats).
#pragma once

#include <optional>

#include "promql/eval/kernels_native.h"

namespace tocsin::promql {

/// What a function of changes yields.
enum class ChangeKind : uint8_t { kDelta, kIncrease, kRate };

/// Of windows of histograms alone, from one on, anchored or smoothed.
/// Source: prometheus:promql/functions.go extendedHistogramRate.
template <bool kSmoothed, ChangeKind kKind>
base::HistogramPtr change_histogram(const HistogramWindow& window, HistogramNotes& notes);

/// changes and resets from the anchor on: the newest sample at or before the range's start.
bool changes_anchored(const MixedWindow& window, double& out);
bool resets_anchored(const MixedWindow& window, double& out);

/// A histogram and its time.
struct HistogramSample {
  base::TimestampMs t = 0;
  const base::FloatHistogram* h = nullptr;
};

/// The histogram at `t` on the line through two samples; a counter that was reset started again
/// from nothing. Nothing, with a note, when they do not fit together.
std::optional<base::FloatHistogram> interpolate(const HistogramSample& before,
                                                const HistogramSample& after, base::TimestampMs t,
                                                bool is_counter, HistogramNotes& notes);

}  // namespace tocsin::promql
