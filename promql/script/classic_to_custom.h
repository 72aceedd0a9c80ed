// Classic histograms as native ones with custom buckets: what load_with_nhcb adds to a load.
#pragma once

#include <vector>

#include "promql/script/series_notation.h"

namespace tocsin::promql {

/// The histograms that X_bucket, X_count and X_sum lines describe, as lines of X: bounds from `le`,
/// counts no longer cumulative. Lines and points of other kinds play no part. Fails with kInvalid
/// when counts of buckets fall, or disagree with X_count.
/// Source: prometheus util/convertnhcb/convertnhcb.go, promql/promqltest/test.go.
base::Result<std::vector<SeriesLine>> classic_to_custom(const std::vector<SeriesLine>& lines);

}  // namespace tocsin::promql
