#include "promql/eval/binary_scalar.h"

#include "promql/eval/histogram_binary.h"
#include "promql/eval/kernels_binary.h"

namespace tocsin::promql {

base::Status BinaryScalar::evaluate(const Grid& grid, Run& run) {
  // In the order written: of two annotations with one message the later one's position stays.
  RETURN_IF_ERROR((spec_.scalar_first ? scalar_ : vector_)->eval(grid, run));
  RETURN_IF_ERROR((spec_.scalar_first ? vector_ : scalar_)->eval(grid, run));
  compute_histograms(grid, run);
  RETURN_IF_ERROR(bind_rows(grid, run));
  if (is_trim(spec_.op)) return {};
  Frame& out = frame();
  for (size_t step = 0; step < grid.steps; ++step) {
    const double scalar = scalar_at(*scalar_, step);
    if (is_arithmetic(spec_.op)) {
      arithmetic_with_scalar(spec_.op, out.column(step), scalar, spec_.scalar_first);
    } else if (spec_.return_bool) {
      compare_with_scalar(spec_.op, out.column(step), scalar, spec_.scalar_first);
    } else {
      filter_with_scalar(spec_.op, out.column(step), scalar, spec_.scalar_first, out.bits(step));
    }
  }
  return {};
}

base::Status BinaryScalar::bind_rows(const Grid& grid, Run& run) {
  if (filters() || is_trim(spec_.op)) {
    schema_ = vector_->schema();
    take_over(*vector_);
    return {};
  }
  bind_dropped_names(projection_, vector_->schema(), run.ids(), spec_.delayed_names);
  schema_ = projection_.schema();
  if (projection_.is_identity()) {
    take_over(*vector_);
    return {};
  }
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  return projection_.apply(vector_->frame(), frame());
}

void BinaryScalar::compute_histograms(const Grid& grid, Run& run) {
  Frame& values = vector_->frame();
  if (!values.has_histograms() && !is_trim(spec_.op)) return;
  for (size_t step = 0; step < grid.steps; ++step) {
    const Operand scalar{scalar_at(*scalar_, step), nullptr};
    for_each_bit(values.bits(step), [&](size_t row) {
      const bool is_histogram = values.is_histogram(step, row);
      if (!is_histogram && !is_trim(spec_.op)) return;
      Operand sample{values.at(step, row), nullptr};
      if (is_histogram) sample.h = values.histograms[step * values.rows + row];
      PairResult result = spec_.scalar_first
                              ? apply_to_histograms(spec_.op, scalar, sample, spec_.pos)
                              : apply_to_histograms(spec_.op, sample, scalar, spec_.pos);
      if (result.note) run.annotate(*std::move(result.note));
      if (is_histogram) values.histograms[step * values.rows + row] = result.value.h;
      if (!result.fits) values.clear(step, row);
    });
  }
}

}  // namespace tocsin::promql
