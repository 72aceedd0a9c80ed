// Series for comparisons of two evaluators: gauges with odd values, counters with resets, classic
// histograms; gaps, stale markers, streams that start late or stop early.
#pragma once

#include <random>
#include <vector>

#include "reference.h"
#include "tests/unit/promql_eval/table_source.h"

namespace tocsin::promql::test {

/// The same samples twice.
struct RandomData {
  explicit RandomData(uint32_t seed);
  TableSource source;                ///< For the evaluator.
  std::vector<StoredSeries> stored;  ///< For the reference.
  base::TimestampMs first = 0;       ///< About the first sample.
  base::TimestampMs last = 0;        ///< About the last.
};

}  // namespace tocsin::promql::test
