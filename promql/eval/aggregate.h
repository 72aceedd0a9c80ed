// Aggregations that turn each group into one sample.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "promql/eval/grouping.h"
#include "promql/eval/kernels_aggregate.h"
#include "promql/eval/operator.h"

namespace tocsin::promql {

class Aggregate final : public Operator {
 public:
  struct Spec {
    AggregateOp op = AggregateOp::kSum;
    base::PosRange operand_pos;
    base::PosRange param_pos;
  };
  /// `param` is the quantile, else null.
  Aggregate(Spec spec, GroupingSpec grouping, OperatorPtr child, OperatorPtr param)
      : spec_(spec),
        kernel_(aggregate_kernel(spec.op)),
        grouping_(std::move(grouping)),
        child_(std::move(child)),
        param_(std::move(param)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  void warn_of_bad_quantiles(Run& run);
  /// The group's samples of a step.
  void gather_floats(const Frame& input, size_t group, size_t step, std::vector<double>& values);
  void aggregate_group(size_t group, size_t step, double param, Run& run);
  /// Applies the operator's rule for histograms; true when the floats are to be aggregated.
  bool accepts_histograms(size_t group, size_t step, Run& run);
  /// sum and avg of a group that has only histograms.
  void total_histograms(size_t group, size_t step, Run& run);
  std::string_view metric_of_histogram(size_t group, size_t step, size_t n) const;

  Spec spec_;
  AggregateKernel kernel_;
  Grouping grouping_;
  OperatorPtr child_;
  OperatorPtr param_;
  // Of the group at hand.
  std::vector<base::HistogramPtr> histograms_;
};

}  // namespace tocsin::promql
