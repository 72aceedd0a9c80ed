// A part of a range query that is the same at every step: evaluated once, then repeated.
#pragma once

#include <utility>

#include "promql/eval/operator.h"

namespace tocsin::promql {

class StepInvariant final : public Operator {
 public:
  explicit StepInvariant(OperatorPtr child) : child_(std::move(child)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  OperatorPtr child_;
};

}  // namespace tocsin::promql
