// Functions that change each value by itself and drop the name: abs(x), clamp(x, 0, 1), −x,
// hour(x).
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "promql/eval/kernels_math.h"
#include "promql/eval/projection.h"

namespace tocsin::promql {

class MapCall final : public Operator {
 public:
  struct Spec {
    MathFunction function;
    bool negates_histograms = false;  ///< Unary minus. Others silently leave them out.
    bool delayed_names = false;
    base::PosRange pos;
  };
  MapCall(Spec spec, OperatorPtr child, std::vector<OperatorPtr> params)
      : spec_(spec),
        child_(std::move(child)),
        params_(std::move(params)),
        param_values_(params_.size()) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  void read_params(size_t step);
  void drop_steps_without_result(Frame& values);
  static void negate_histograms(Frame& values);

  Spec spec_;
  OperatorPtr child_;
  std::vector<OperatorPtr> params_;
  std::vector<double> param_values_;
  Projection projection_;
};

/// timestamp(x) of anything but a selector: the time of the step.
class StepTimestamp final : public Operator {
 public:
  StepTimestamp(OperatorPtr child, bool delayed_names)
      : child_(std::move(child)), delayed_names_(delayed_names) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;

  OperatorPtr child_;
  bool delayed_names_;
  Projection projection_;
};

}  // namespace tocsin::promql
