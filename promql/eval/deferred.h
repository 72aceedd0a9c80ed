// An operator that is made only when it is asked for: for what is hardly ever needed.
#pragma once

#include <functional>
#include <utility>

#include "promql/eval/operator.h"

namespace tocsin::promql {

class Deferred final : public Operator {
 public:
  using Make = std::function<base::Result<OperatorPtr>()>;
  explicit Deferred(Make make) : make_(std::move(make)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override {
    if (made_ == nullptr) {
      ASSIGN_OR_RETURN(made_, make_());
    }
    RETURN_IF_ERROR(made_->eval(grid, run));
    schema_ = made_->schema();
    take_over(*made_);
    return {};
  }

  Make make_;
  OperatorPtr made_;
};

}  // namespace tocsin::promql
