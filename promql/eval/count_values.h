// count_values("label", v): how many samples have each value. The rows depend on the values.
#pragma once

#include <string>
#include <utility>

#include "promql/eval/grouping.h"
#include "promql/eval/operator.h"

namespace tocsin::promql {

class CountValues final : public Operator {
 public:
  CountValues(std::string label, GroupingSpec grouping, OperatorPtr child)
      : label_(std::move(label)), grouping_(std::move(grouping)), child_(std::move(child)) {
    if (!grouping_.without) grouping_.names.push_back(label_);
  }

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  std::string label_;
  GroupingSpec grouping_;
  OperatorPtr child_;
};

}  // namespace tocsin::promql
