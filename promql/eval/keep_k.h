// What topk, bottomk and limitk have in common: at most k rows of each group stay, with their own
// labels.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "promql/eval/grouping.h"
#include "promql/eval/operator.h"

namespace tocsin::promql {

class KeepK : public Operator {
 protected:
  KeepK(GroupingSpec grouping, OperatorPtr child, OperatorPtr param)
      : grouping_(std::move(grouping)), child_(std::move(child)), param_(std::move(param)) {}
  /// Before any group is looked at.
  virtual void begin(Run& run) { (void)run; }
  /// Clears the samples of `rows` that do not stay at the step. `k` may be any number but NaN.
  virtual void keep(std::span<const uint32_t> rows, size_t step, double k) = 0;

 private:
  base::Status evaluate(const Grid& grid, Run& run) final;
  /// Looks at the k of each step. Fails with upstream's texts when one is no usable number. True
  /// when some k is at least 1.
  base::Result<bool> check_counts(size_t steps);

  Grouping grouping_;
  OperatorPtr child_;
  OperatorPtr param_;
};

}  // namespace tocsin::promql
