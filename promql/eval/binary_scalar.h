// vector op scalar and scalar op vector.
#pragma once

#include <utility>

#include "promql/eval/projection.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

class BinaryScalar final : public Operator {
 public:
  struct Spec {
    BinaryOp op = BinaryOp::kAdd;
    bool scalar_first = false;  ///< The scalar stands on the left.
    bool return_bool = false;
    bool delayed_names = false;
    base::PosRange pos;
  };
  BinaryScalar(Spec spec, OperatorPtr vector, OperatorPtr scalar)
      : spec_(spec), vector_(std::move(vector)), scalar_(std::move(scalar)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  base::Status bind_rows(const Grid& grid, Run& run);
  /// Computes samples that are histograms, and all samples of </ and >/.
  void compute_histograms(const Grid& grid, Run& run);
  bool filters() const { return is_comparison(spec_.op) && !spec_.return_bool; }

  Spec spec_;
  OperatorPtr vector_;
  OperatorPtr scalar_;
  Projection projection_;
};

}  // namespace tocsin::promql
