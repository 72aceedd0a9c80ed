// Native histograms in functions of ranges.
#pragma once

#include <span>

#include "engine/base/histogram.h"
#include "promql/eval/histogram_notes.h"
#include "promql/eval/window.h"

namespace tocsin::promql {

/// One row's histograms in a window, ascending in t, as many as the function asks for.
struct HistogramWindow {
  std::span<const base::TimestampMs> t;
  std::span<const base::HistogramPtr> h;
  WindowTimes times;
  std::span<const base::TimestampMs> starts = {};  ///< Empty, or one per histogram (base::Tile).
};

/// Null: no result; the notes say why.
using HistogramKernel = base::HistogramPtr (*)(const HistogramWindow& window,
                                               HistogramNotes& notes);

/// As the functions of floats (kernels_rate.h), bucket by bucket; gauges, compacted.
/// Source: prometheus:promql/functions.go histogramRate, instantValue.
base::HistogramPtr rate_histogram(const HistogramWindow& window, HistogramNotes& notes);
base::HistogramPtr increase_histogram(const HistogramWindow& window, HistogramNotes& notes);
base::HistogramPtr delta_histogram(const HistogramWindow& window, HistogramNotes& notes);
/// Of the last two.
base::HistogramPtr irate_histogram(const HistogramWindow& window, HistogramNotes& notes);
base::HistogramPtr idelta_histogram(const HistogramWindow& window, HistogramNotes& notes);
/// Not compacted.
base::HistogramPtr sum_histogram(const HistogramWindow& window, HistogramNotes& notes);
base::HistogramPtr avg_histogram(const HistogramWindow& window, HistogramNotes& notes);

/// The samples of a window that has histograms, and maybe floats: h[i] null means v[i].
struct MixedWindow {
  std::span<const base::TimestampMs> t;
  std::span<const double> v;
  std::span<const base::HistogramPtr> h;
  WindowTimes times;
  std::span<const base::TimestampMs> starts = {};  ///< Empty, or one per sample (base::Tile).
};
/// False: no result.
using MixedKernel = bool (*)(const MixedWindow& window, double& out);

/// A change of kind is a change, and a reset.
/// Source: prometheus:promql/functions.go funcChanges, funcResets.
bool changes_mixed(const MixedWindow& window, double& out);
bool resets_mixed(const MixedWindow& window, double& out);

}  // namespace tocsin::promql
