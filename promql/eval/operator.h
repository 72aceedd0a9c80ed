// A node of a plan: rows (a schema) and their values on a grid of steps.
#pragma once

#include <memory>

#include "engine/base/status.h"
#include "promql/eval/frame.h"
#include "promql/eval/row_schema.h"
#include "promql/eval/run.h"

namespace tocsin::promql {

/// Operators keep what they derive from a child's schema (groups, join maps, renamed rows) for as
/// long as the child hands out the same schema object; then an evaluation only moves numbers.
/// Used by one thread at a time.
class Operator {
 public:
  Operator() = default;
  virtual ~Operator() = default;
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  /// Evaluates at every step of `grid`; afterwards schema() and frame() hold the result.
  base::Status eval(const Grid& grid, Run& run);
  /// The rows of the last evaluation; the same object as before when they have not changed.
  const RowSchemaPtr& schema() const { return schema_; }
  /// The values of the last evaluation, which must be this run's. The parent may change them in
  /// place; valid until the next run that uses the same memory.
  Frame& frame() { return *frame_; }

 protected:
  virtual base::Status evaluate(const Grid& grid, Run& run) = 0;
  /// Makes frame_ an empty frame that is this operator's during the run, within the run's bounds.
  base::Status reset_own(size_t rows, size_t steps, Run& run);
  /// Lets this operator change `child`'s values in place instead of copying them.
  void take_over(Operator& child) { frame_ = &child.frame(); }

  RowSchemaPtr schema_;

 private:
  Frame* frame_ = nullptr;
};

using OperatorPtr = std::unique_ptr<Operator>;

/// The value of a scalar operator at a step.
inline double scalar_at(Operator& scalar, size_t step) { return scalar.frame().at(step, 0); }

}  // namespace tocsin::promql
