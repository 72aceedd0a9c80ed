// absent(v) and absent_over_time(m): 1 at the steps where there is nothing.
#pragma once

#include <utility>
#include <vector>

#include "engine/base/matcher.h"
#include "promql/eval/range_input.h"

namespace tocsin::promql {

/// The labels an absent sample can have: those that equality matchers fix. A label with a second
/// matcher is not fixed. Source: prometheus:promql/functions.go createLabelsForAbsentFunction.
base::Labels absent_labels(const base::Matchers& matchers);

class Absent final : public Operator {
 public:
  Absent(base::Labels labels, OperatorPtr child)
      : labels_(std::move(labels)), child_(std::move(child)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  base::Labels labels_;
  OperatorPtr child_;
};

class AbsentOverTime final : public Operator {
 public:
  AbsentOverTime(base::Labels labels, RangeInputPtr input)
      : labels_(std::move(labels)), input_(std::move(input)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  base::Labels labels_;
  RangeInputPtr input_;
  std::vector<uint8_t> covered_;  // By step.
};

}  // namespace tocsin::promql
