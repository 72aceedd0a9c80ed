#include "promql/eval/label_call.h"

#include <algorithm>

namespace tocsin::promql {

ProjectedRow LabelReplace::operator()(const RowSchema& rows, size_t row) const {
  const base::Labels& labels = rows.labels[row];
  std::string value;
  if (!regex.expand(labels.get(source), replacement, value)) return {labels, rows.drops_name(row)};
  const bool names = destination == base::kMetricName;
  return {labels.with(destination, value), !names && rows.drops_name(row)};
}

ProjectedRow LabelJoin::operator()(const RowSchema& rows, size_t row) const {
  const base::Labels& labels = rows.labels[row];
  std::string value;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (i > 0) value += separator;
    value += labels.get(sources[i]);
  }
  const bool names = destination == base::kMetricName;
  return {labels.with(destination, value), !names && rows.drops_name(row)};
}

base::Status LabelCall::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  projection_.bind(child_->schema(), run.ids(), true, relabel_);
  schema_ = projection_.schema();
  if (projection_.is_identity()) {
    take_over(*child_);
    return {};
  }
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  return projection_.apply(child_->frame(), frame());
}

base::Status DropMarkedNames::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  take_over(*child_);
  schema_ = child_->schema();
  if (schema_->drop_name.empty()) return {};
  projection_.bind(schema_, run.ids(), true, [](const RowSchema& rows, size_t row) {
    const base::Labels& labels = rows.labels[row];
    return ProjectedRow{rows.drops_name(row) ? labels.without_name() : labels, false};
  });
  schema_ = projection_.schema();
  if (projection_.is_identity()) return {};
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  return projection_.apply(child_->frame(), frame());
}

}  // namespace tocsin::promql
