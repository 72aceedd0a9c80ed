// Two native histograms, compared.
#pragma once

#include "engine/base/histogram.h"

namespace tocsin::promql {

/// The same buckets with the same counts, bit for bit; an empty bucket is not the same as none. The
/// hint does not count. Source: prometheus:model/histogram/float_histogram.go Equals.
bool same_histogram(const base::FloatHistogram& a, const base::FloatHistogram& b);

/// True when a counter was reset between `previous` and `current`: by the hint of `current` where
/// it says, else when a count fell, a bucket vanished or the resolution rose. The sums play no
/// part. Source: DetectReset, same file.
bool detect_reset(const base::FloatHistogram& current, const base::FloatHistogram& previous);

}  // namespace tocsin::promql
