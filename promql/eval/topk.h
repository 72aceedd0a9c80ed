// topk and bottomk: the best rows of each group, with their own labels.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "promql/eval/keep_k.h"

namespace tocsin::promql {

class Topk final : public KeepK {
 public:
  /// `bottom`: the lowest instead of the highest. `pos` is the whole expression's.
  Topk(bool bottom, base::PosRange pos, GroupingSpec grouping, OperatorPtr child, OperatorPtr param)
      : KeepK(std::move(grouping), std::move(child), std::move(param)),
        bottom_(bottom),
        pos_(pos) {}

 private:
  void begin(Run& run) override;
  void keep(std::span<const uint32_t> rows, size_t step, double k) override;
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
  std::vector<Candidate> heap_;  // Of the group at hand.
};

}  // namespace tocsin::promql
