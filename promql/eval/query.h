// The evaluator's door: prepare a plan once, run it at one or many timestamps.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/annotations.h"
#include "engine/base/clock.h"
#include "engine/base/series_source.h"
#include "promql/eval/morsels.h"
#include "promql/eval/row_labels.h"
#include "promql/syntax/parser.h"

namespace tocsin::promql {

class EvalMemoryPool;

/// Bounds on one run; exceeding one is an error (kLimit, kTimeout) that names it and its flag.
struct QueryLimits {
  uint64_t samples_max = 50'000'000;             ///< --query.max-samples
  uint64_t memory_bytes_max = 1ull << 30;        ///< --query.max-memory
  base::DurationMs timeout = 2 * base::kMinute;  ///< --query.timeout
};

struct EvalOptions {
  base::DurationMs lookback_delta = 5 * base::kMinute;
  base::DurationMs default_subquery_step = base::kMinute;  ///< The global evaluation interval.
  QueryLimits limits;
  Features features;
  Parallelism parallelism = {};
  bool count_by_step = false;  ///< Fills QueryStats::samples_by_step.
  std::shared_ptr<EvalMemoryPool> memory = nullptr;  ///< Null: queries have memory of their own.
};

/// When to evaluate: start, start+step, … ≤ end. An instant query has start == end (step ignored).
struct EvalRange {
  base::TimestampMs start = 0;
  base::TimestampMs end = 0;
  base::DurationMs step = 0;
  bool instant() const { return start == end && step == 0; }
};

/// Set from any thread to stop a run soon with kCancelled.
using CancelFlag = std::atomic<bool>;

/// A point of a result: a float, or a histogram when `h` is set.
struct Point {
  base::TimestampMs t = 0;
  double v = 0;
  base::HistogramPtr h;
};

struct ResultSeries {
  base::Labels labels;
  std::vector<Point> points;  ///< One for an instant vector.
};

struct QueryStats {
  uint64_t samples_read =
      0;  ///< Of storage, after the window cut: upstream's totalQueryableSamples.
  uint64_t samples_peak = 0;  ///< Held at once.
  int64_t eval_ns = 0;
  /// samples_read of each step; empty unless EvalOptions ask for it.
  std::vector<uint64_t> samples_by_step = {};
};

struct SampleTable;

/// What a run found. Order of `series` as upstream's: as the outermost function or aggregation left
/// it for instant vectors, sorted by labels for matrices.
struct QueryResult {
  ValueType type = ValueType::kNone;
  std::vector<ResultSeries> series;          ///< kVector, kMatrix.
  std::shared_ptr<const SampleTable> table;  ///< In place of series, after run_table().
  Point scalar;                              ///< kScalar; of a kString the time.
  std::string string;                        ///< kString.
  base::Annotations annotations;
  QueryStats stats;
};

/// The rows of an operator's output. Immutable; `id` changes exactly when the rows do.
struct Schema {
  uint64_t id = 0;
  RowLabels labels;  ///< One per row.
};

/// An instant vector without labels in the way: for rules. Valid until the query runs again, or
/// another of its family.
struct InstantFrame {
  std::shared_ptr<const Schema> schema;
  std::span<const double> values;                  ///< One per row.
  std::span<const uint64_t> present;               ///< Bit r: row r has a sample.
  std::span<const base::HistogramPtr> histograms;  ///< Empty, or one per row (null: float).
  const base::Annotations* annotations = nullptr;
  QueryStats stats;
  bool has(size_t row) const { return (present[row / 64] >> (row % 64)) & 1u; }
};

/// An expression made ready to run over a source, again and again: selections stay registered,
/// grouping and join maps are kept while the schemas below do not change. Used by one thread at a
/// time. The source must outlive it.
class Query {
 public:
  /// Fails with kInvalid for what upstream refuses when a query is created.
  static base::Result<std::unique_ptr<Query>> prepare(const Expr& expr, std::string text,
                                                      base::SeriesSource& source,
                                                      const EvalOptions& options,
                                                      const base::Clock& clock);
  virtual ~Query() = default;

  /// Any query. Range queries (not instant()) need a scalar or vector expression.
  virtual base::Result<QueryResult> run(const EvalRange& range,
                                        const CancelFlag* cancel = nullptr) = 0;
  /// As run(), but gives away the samples of a vector as a table (sample_table.h): for output,
  /// which needs them once. Only what a range selector finds comes as series.
  virtual base::Result<QueryResult> run_table(const EvalRange& range,
                                              const CancelFlag* cancel = nullptr) {
    return run(range, cancel);
  }
  /// A scalar or vector expression at one timestamp; a scalar is one row without labels. Fails with
  /// upstream's texts, e.g. "vector cannot contain metrics with the same labelset".
  virtual base::Result<InstantFrame> run_instant(base::TimestampMs t,
                                                 const CancelFlag* cancel = nullptr) = 0;
  /// True when each result series depends on input series of otherwise the same labels alone, which
  /// come from one target. Errs on the side of false.
  virtual bool is_row_wise() const { return false; }
  /// Who writes the series read (RowSet::writers), ascending.
  virtual std::vector<uint32_t> writers() { return {}; }
  /// writers() for who asks again and again: puts them into `writers`; false, leaving it, when no
  /// series came, went or moved since the last call.
  virtual bool refresh_writers(std::vector<uint32_t>& writers) {
    (void)writers;
    return false;
  }
};

}  // namespace tocsin::promql
