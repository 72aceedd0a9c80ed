#include "promql/eval/step_invariant.h"

#include <algorithm>

namespace tocsin::promql {

base::Status StepInvariant::evaluate(const Grid& grid, Run& run) {
  Grid once = grid;
  once.steps = 1;
  once.beyond = 0;
  uint64_t read = 0;
  {
    const ReadsApart reads(run.reads());
    RETURN_IF_ERROR(child_->eval(once, run));
    read = reads.total();
  }
  for (size_t step = 0; step < grid.steps; ++step) run.reads().add(step, read);
  schema_ = child_->schema();
  if (grid.steps == 1) {
    take_over(*child_);
    return {};
  }
  const Frame& from = child_->frame();
  RETURN_IF_ERROR(reset_own(from.rows, grid.steps, run));
  Frame& out = frame();
  if (from.has_histograms()) out.histograms.resize(out.values.size());
  for (size_t step = 0; step < grid.steps; ++step) {
    std::ranges::copy(from.column(0), out.column(step).begin());
    std::ranges::copy(from.bits(0), out.bits(step).begin());
    if (!from.has_histograms()) continue;
    std::copy_n(from.histograms.begin(), from.rows,
                out.histograms.begin() + static_cast<std::ptrdiff_t>(step * out.rows));
  }
  return {};
}

}  // namespace tocsin::promql
