#include "promql/eval/histogram_fraction.h"

#include "promql/eval/histogram_statistics.h"

namespace tocsin::promql {

base::Status HistogramFraction::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(lower_->eval(grid, run));
  RETURN_IF_ERROR(upper_->eval(grid, run));
  RETURN_IF_ERROR(child_->eval(grid, run));
  groups_.bind(child_->schema(), child_->frame(), run);
  bind_dropped_names(projection_, groups_.schema(), run.ids(), delayed_names_);
  schema_ = projection_.schema();
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  const bool merges = !projection_.is_identity();
  if (merges) unmerged_.reset(groups_.size(), grid.steps);
  Frame& out = merges ? unmerged_ : frame();
  for (size_t step = 0; step < grid.steps; ++step) {
    RETURN_IF_ERROR(run.check_sometimes());
    evaluate_step(step, out, run);
  }
  return merges ? projection_.apply(unmerged_, frame()) : base::Status();
}

void HistogramFraction::evaluate_step(size_t step, Frame& out, Run& run) {
  const Frame& input = child_->frame();
  const double lower = scalar_at(*lower_, step);
  const double upper = scalar_at(*upper_, step);
  groups_.warn_of_bad_buckets(input, step, run);
  for (size_t i = 0; i < groups_.size(); ++i) {
    const FoundHistogram found = groups_.find(input, step, i, run);
    if (found.native != nullptr) {
      const NativeResult result = native_fraction(lower, upper, *found.native, room_);
      out.put(step, i, result.value);
      if (result.nan == NanEffect::kNone) continue;
      run.inform(
          "input to histogram_fraction has NaN observations, which are excluded from all "
          "fractions" +
              groups_.name_suffix(i),
          groups_.vector_pos());
    } else if (!found.buckets.empty()) {
      out.put(step, i, bucket_fraction(lower, upper, found.buckets));
    }
  }
}

}  // namespace tocsin::promql
