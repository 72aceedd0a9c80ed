// The pieces that make an explanation, one per kind of operator. Each adds what it finds to `node`.
#pragma once

#include <unordered_set>

#include "promql/plan/explain.h"
#include "promql/plan/watch.h"

namespace tocsin::promql {

/// What was found out about the rewritten expression.
struct Rewrites {
  std::unordered_set<const Expr*> invariants;  ///< Evaluated once for all steps, if there are many.
  std::unordered_set<const VectorSelector*> bucketless;  ///< Read histograms without buckets.
};

/// What the pieces look at.
struct ExplainInput {
  const Rewrites& rewrites;
  const PlanWatch& watch;
  base::SeriesSource& source;
  const EvalOptions& options;
  Run& run;  ///< Its deadline and memory bound the search in storage, too.
};

/// What a binary operator of two vectors, or of a vector and a scalar, removed.
void explain_binary(const BinaryExpr& binary, const PlanWatch& watch, ExplainNode& node);

/// Series of `in` that `out` does not have, compared by labels without the name; `reason` and `by`
/// say how. Values are those of the last step that has one.
void explain_dropped(const Observation& in, const Observation& out, LossReason reason,
                     std::string by, ExplainNode& node);

/// Series of a range that its function gave no value for: their windows are too small, if
/// `samples_min` is more than 1.
void explain_range_call(const Observation& in, const Observation& out, uint64_t samples_min,
                        std::string by, ExplainNode& node);

/// Where a selector looks.
struct Lookout {
  const VectorSelector* selector = nullptr;
  base::TimestampMs to = 0;  ///< Samples not later than this, at the last step.
  std::string reach;         ///< "the lookback of 5m", "the range of 1m".
};
/// Series that a selector matches and found no sample of, or why it matches none.
base::Status explain_selector(const Lookout& lookout, const Observation& seen,
                              const ExplainInput& input, ExplainNode& node);
/// Why `selector` matches nothing: which matcher it is, or which metric may be meant.
base::Status explain_no_match(const VectorSelector& selector, const ExplainInput& input,
                              ExplainNode& node);

/// Collects a loss's examples and keeps those that matter most.
class LossBuilder {
 public:
  LossBuilder(LossReason reason, std::string by, std::string side = {}) {
    loss_.reason = reason;
    loss_.by = std::move(by);
    loss_.side = std::move(side);
  }
  void look_at(base::TimestampMs t) { loss_.looked_at = t; }
  /// Another series that might have been lost.
  void count() { ++loss_.of; }
  /// One that was. `rank`: lower is worth more; NaN is worth least.
  void lose(LostSeries series, double rank);
  /// A matching label set of the other side.
  void offer(const base::Labels& labels);
  /// Adds the loss to `node` unless nothing was lost.
  void add_to(ExplainNode& node) &&;

 private:
  Loss loss_;
  std::vector<double> ranks_;  ///< Of loss_.examples, ascending.
};

}  // namespace tocsin::promql
