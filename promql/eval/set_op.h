// and, or, unless: samples pass through untouched.
#pragma once

#include <utility>
#include <vector>

#include "promql/eval/operator.h"
#include "promql/eval/vector_match.h"

namespace tocsin::promql {

class SetOp final : public Operator {
 public:
  SetOp(BinaryOp op, VectorMatching matching, OperatorPtr lhs, OperatorPtr rhs)
      : op_(op), matching_(std::move(matching)), lhs_(std::move(lhs)), rhs_(std::move(rhs)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  void bind_rows(Run& run);
  void keep_left(size_t step);
  base::Status unite(size_t step);
  /// A row of both sides, of which one is to lose its name, goes by the side of its first sample.
  void settle_names(Run& run);
  /// Marks the signatures that `input` has at the step.
  void mark(const Frame& input, const std::vector<uint32_t>& signature_of, size_t step);

  BinaryOp op_;
  VectorMatching matching_;
  OperatorPtr lhs_;
  OperatorPtr rhs_;
  RowSchemaPtr lhs_schema_;
  RowSchemaPtr rhs_schema_;
  RowSchemaPtr united_;                  // Of `or`.
  std::vector<uint32_t> contested_;      // Its rows whose sides differ in whether the name goes.
  std::vector<uint32_t> lhs_signature_;  // By row.
  std::vector<uint32_t> rhs_signature_;
  std::vector<uint32_t> rhs_out_;  // Of `or`: the result's row of each right row.
  std::vector<uint8_t> seen_;      // By signature.
};

}  // namespace tocsin::promql
