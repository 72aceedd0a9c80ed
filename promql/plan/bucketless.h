// Analysis: which selectors need no buckets of native histograms.
//
//   before  histogram_count(rate(x[5m]))
//   after   histogram_count(rate(WithoutBuckets(x[5m])))
#pragma once

#include <unordered_set>

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// Those below histogram_count, histogram_sum or histogram_avg, with nothing in between or above
/// that looks at buckets. It shows in results: counter resets are then detected as samples are
/// read. Source: prometheus:promql/engine.go detectHistogramStatsDecoding.
std::unordered_set<const VectorSelector*> find_bucketless_selectors(Expr& root);

}  // namespace tocsin::promql
