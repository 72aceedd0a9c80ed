// Native histograms without their buckets, for queries that only ask for counts and sums.
#pragma once

#include <utility>
#include <vector>

#include "engine/base/series_source.h"
#include "promql/eval/window.h"

namespace tocsin::promql {

/// The samples a step looks at: start < t ≤ end.
struct SampleRange {
  base::TimestampMs start = 0;
  base::TimestampMs end = 0;
};

/// Passes samples on to another visitor, histograms with hint, schema, count and sum alone. As
/// nothing can be told of resets without buckets, they are looked for here: a hint that is unknown
/// becomes that of a comparison with the sample before, if a step needed that one, too.
/// Source: prometheus:promql/histogram_stats_iterator.go, storage/memoized_iterator.go.
class BucketStripper final : public base::TileVisitor {
 public:
  /// steps: what each step looks at, ascending.
  BucketStripper(base::TileVisitor& next, std::vector<SampleRange> steps)
      : next_(next), steps_(std::move(steps)) {}

  void on_tile(const base::Tile& tile) override { next_.on_tile(tile); }
  void on_mixed(const base::MixedSeries& series) override;

 private:
  void strip(const base::HistogramPtr& h, base::HistogramPtr& stripped);

  base::TileVisitor& next_;
  std::vector<SampleRange> steps_;
  const base::FloatHistogram* last_ = nullptr;  // With buckets; null after samples were skipped.
};

}  // namespace tocsin::promql
