// sort and sort_desc: the order of an instant result. Range results are ordered by labels anyway.
#pragma once

#include <utility>

#include "promql/eval/operator.h"

namespace tocsin::promql {

class Sort final : public Operator {
 public:
  Sort(bool descending, base::PosRange pos, OperatorPtr child)
      : descending_(descending), pos_(pos), child_(std::move(child)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  bool descending_;
  base::PosRange pos_;
  OperatorPtr child_;
};

}  // namespace tocsin::promql
