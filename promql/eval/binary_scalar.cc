#include "promql/eval/binary_scalar.h"

#include "promql/eval/kernels_binary.h"

namespace tocsin::promql {

std::string incompatible_types(BinaryOp op, std::string_view left, std::string_view right) {
  return "incompatible sample types encountered for binary operator " +
         base::go_quote(to_string(op)) + ": " + std::string(left) + " " +
         std::string(to_string(op)) + " " + std::string(right);
}

base::Status BinaryScalar::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(vector_->eval(grid, run));
  RETURN_IF_ERROR(scalar_->eval(grid, run));
  RETURN_IF_ERROR(drop_histograms(run));
  RETURN_IF_ERROR(bind_rows(grid, run));
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
  if (filters()) {
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

/// Histograms have no place here except in hist * s, s * hist and hist / s.
base::Status BinaryScalar::drop_histograms(Run& run) {
  if (vector_->frame().drop_histograms() == 0) return {};
  const bool scales =
      spec_.op == BinaryOp::kMul || (spec_.op == BinaryOp::kDiv && !spec_.scalar_first);
  if (scales)
    return histogram_refused(run, "operator " + std::string(to_string(spec_.op)), spec_.pos);
  run.inform(spec_.scalar_first ? incompatible_types(spec_.op, "float", "histogram")
                                : incompatible_types(spec_.op, "histogram", "float"),
             spec_.pos);
  return {};
}

}  // namespace tocsin::promql
