// The counter reset hint a histogram has once it is stored.
#pragma once

#include "engine/base/histogram.h"

namespace tocsin::promql {

/// Stores keep hints per run of histograms without a reset: the first of a run is unknown, later
/// ones are not_reset; gauges stay gauges. `previous` is the sample before it when that is a
/// histogram, else null. Source: prometheus tsdb/chunkenc/float_histogram.go appendable.
base::CounterResetHint stored_hint(const base::FloatHistogram* previous,
                                   const base::FloatHistogram& current);

}  // namespace tocsin::promql
