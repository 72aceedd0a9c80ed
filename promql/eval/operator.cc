#include "promql/eval/operator.h"

namespace tocsin::promql {

base::Status Operator::eval(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(run.check());
  // What the children hold is given up once this operator has its result, as upstream counts.
  const uint64_t held_before = run.samples_held();
  RETURN_IF_ERROR(evaluate(grid, run));
  return run.hold_samples(held_before + frame_->weight());
}

base::Status Operator::reset_own(size_t rows, size_t steps, Run& run) {
  constexpr uint64_t kBytesPerValue = sizeof(double) + 1;
  // A frame without rows still is walked step by step: its steps count as if it had one.
  const uint64_t counted_rows = rows + 1;
  const bool overflows = steps != 0 && counted_rows > UINT64_MAX / kBytesPerValue / steps;
  RETURN_IF_ERROR(
      run.reserve_bytes(overflows ? UINT64_MAX : counted_rows * steps * kBytesPerValue));
  frame_ = &run.memory().take_frame();
  frame_->reset(rows, steps);
  return {};
}

}  // namespace tocsin::promql
