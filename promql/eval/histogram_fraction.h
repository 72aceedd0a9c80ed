// histogram_fraction(lower, upper, v).
#pragma once

#include <utility>
#include <vector>

#include "promql/eval/histogram_buckets.h"
#include "promql/eval/histogram_groups.h"
#include "promql/eval/projection.h"

namespace tocsin::promql {

class HistogramFraction final : public Operator {
 public:
  HistogramFraction(HistogramGroups groups, bool delayed_names, OperatorPtr lower,
                    OperatorPtr upper, OperatorPtr child)
      : groups_(std::move(groups)),
        delayed_names_(delayed_names),
        lower_(std::move(lower)),
        upper_(std::move(upper)),
        child_(std::move(child)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  void evaluate_step(size_t step, Frame& out, Run& run);

  HistogramGroups groups_;
  bool delayed_names_;
  OperatorPtr lower_;
  OperatorPtr upper_;
  OperatorPtr child_;
  Projection projection_;
  Frame unmerged_;  // Used only when dropping names makes rows equal.
  std::vector<NativeBucket> room_;
};

}  // namespace tocsin::promql
