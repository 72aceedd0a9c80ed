// topk and bottomk: the best rows of each group, with their own labels.
#pragma once

#include <utility>
#include <vector>

#include "promql/eval/grouping.h"
#include "promql/eval/operator.h"

namespace tocsin::promql {

class Topk final : public Operator {
 public:
  /// `bottom`: the lowest instead of the highest. `pos` is the whole expression's.
  Topk(bool bottom, base::PosRange pos, GroupingSpec grouping, OperatorPtr child, OperatorPtr param)
      : bottom_(bottom),
        pos_(pos),
        grouping_(std::move(grouping)),
        child_(std::move(child)),
        param_(std::move(param)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  void select_group(size_t group, size_t step, size_t k);
  struct Candidate {
    double value;
    uint32_t row;
  };
  void push(const Candidate& candidate);
  void replace_worst(const Candidate& candidate);
  /// NaN is worse than anything, itself included.
  bool is_worse(double a, double b) const;

  bool bottom_;
  base::PosRange pos_;
  Grouping grouping_;
  OperatorPtr child_;
  OperatorPtr param_;
  std::vector<Candidate> heap_;  // Of the group at hand.
};

/// Looks at the k of each step. Fails with upstream's texts when one is no usable number. True when
/// some k is at least 1.
base::Result<bool> check_counts(Operator& param, size_t steps);

}  // namespace tocsin::promql
