// Arithmetic and comparison between two vectors.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "promql/eval/histogram_binary.h"
#include "promql/eval/operator.h"
#include "promql/eval/vector_match.h"

namespace tocsin::promql {

class BinaryVector final : public Operator {
 public:
  BinaryVector(JoinSpec spec, base::PosRange pos, OperatorPtr lhs, OperatorPtr rhs)
      : spec_(std::move(spec)), pos_(pos), lhs_(std::move(lhs)), rhs_(std::move(rhs)) {}
  /// The many-side leaves out rows that cannot have a partner; `whole` does not. It is evaluated
  /// when it matters whether there are such rows.
  void narrowed_from(OperatorPtr whole) { whole_many_ = std::move(whole); }

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  base::Status bind_rows(Run& run);
  void join_exclusive(size_t step);
  void join_aligned(size_t step);
  base::Status join_checked(const Grid& grid, size_t step, Run& run);
  /// Of a step without samples on one side.
  base::Status check_lone_side(const Grid& grid, size_t step, Run& run);
  base::Status find_ones(size_t step);
  base::Status join_pair(const JoinPair& pair, size_t step);
  /// Whether both sides of the pair are there at the step, or one is and the other is to be filled.
  bool meets(const JoinPair& pair, size_t step);
  base::Status check_cardinality(const JoinPair& pair);
  /// A side's sample; `fill` when the row is kFilled.
  static Operand operand(const Frame& frame, size_t step, uint32_t row, std::optional<double> fill);
  PairResult compute(const JoinPair& pair, size_t step) const;
  Operator& many() const { return spec_.swapped() ? *rhs_ : *lhs_; }
  Operator& one() const { return spec_.swapped() ? *lhs_ : *rhs_; }

  JoinSpec spec_;
  base::PosRange pos_;
  OperatorPtr lhs_;
  OperatorPtr rhs_;
  OperatorPtr whole_many_;         // Null: the many-side itself.
  bool whole_is_current_ = false;  // Evaluated in this evaluation.
  RowSchemaPtr lhs_schema_;
  RowSchemaPtr rhs_schema_;
  JoinMap join_;
  // Of the step at hand, by signature: the one-side's row + 1, and whether it was matched.
  std::vector<uint32_t> one_row_;
  std::vector<uint8_t> matched_;
  std::vector<uint8_t> out_taken_;
  /// As upstream, only the last of a step's annotations is kept.
  std::optional<base::Annotation> last_note_;
};

}  // namespace tocsin::promql
