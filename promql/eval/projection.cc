#include "promql/eval/projection.h"

#include <algorithm>

#include "promql/eval/label_numbers.h"

namespace tocsin::promql {

base::Error same_labelset() {
  return {base::Code::kInvalid, "vector cannot contain metrics with the same labelset"};
}

void Projection::bind(const RowSchemaPtr& child, SchemaIds& ids, bool merge,
                      const std::function<ProjectedRow(const RowSchema&, size_t row)>& project) {
  if (child == child_) return;
  child_ = child;
  to_row_.clear();
  auto schema = make_schema(ids);
  LabelNumbers rows;
  std::vector<uint32_t> to_row(child->rows());
  schema->labels.reserve(child->rows());
  if (merge) rows.reserve(child->rows());
  bool any_dropped = false;
  for (size_t row = 0; row < child->rows(); ++row) {
    ProjectedRow projected = project(*child, row);
    if (merge) {
      bool fresh = false;
      to_row[row] = rows.number_of(projected.labels, fresh);
      if (!fresh) continue;
    } else {
      to_row[row] = static_cast<uint32_t>(row);
    }
    schema->labels.push_back(std::move(projected.labels));
    schema->drop_name.push_back(projected.drop_name ? 1 : 0);
    any_dropped = any_dropped || projected.drop_name;
  }
  if (!any_dropped) schema->drop_name.clear();
  if (schema->rows() != child->rows()) to_row_ = std::move(to_row);
  schema_ = std::move(schema);
}

base::Status Projection::apply(const Frame& from, Frame& to) const {
  for (size_t row = 0; row < from.rows; ++row) RETURN_IF_ERROR(merge_row(from, row, to));
  // An order may have rows without a sample: theirs may be that of another row now.
  for (const uint32_t row : from.order) {
    if (from.has(0, row)) to.order.push_back(to_row_[row]);
  }
  return {};
}

base::Status Projection::merge_row(const Frame& from, size_t row, Frame& to) const {
  const size_t target = to_row_[row];
  bool taken = false;
  bool has_any = false;
  for (size_t step = 0; step < from.steps; ++step) taken = taken || to.has(step, target);
  for (size_t step = 0; step < from.steps; ++step) {
    if (!from.has(step, row)) continue;
    has_any = true;
    if (to.has(step, target)) return same_labelset();
    to.copy_sample(from, step, row, step, target);
  }
  if (clash_ == Clash::kAnyStep && taken && has_any) return same_labelset();
  return {};
}

void Projection::bind_nameless(const RowSchemaPtr& child, SchemaIds& ids) {
  child_ = child;
  to_row_.clear();
  if (child->labels.lost_names()) {
    schema_ = child;
    return;
  }
  auto schema = make_schema(ids);
  schema->labels = RowLabels::without_names(
      std::shared_ptr<const RowLabels::List>(child, &child->labels.stored()));
  schema_ = std::move(schema);
}

void bind_dropped_names(Projection& projection, const RowSchemaPtr& child, SchemaIds& ids,
                        bool delayed) {
  if (projection.is_bound_to(child)) return;
  if (!delayed && (child->labels.lost_names() || share_one_name(child->labels.stored()))) {
    projection.bind_nameless(child, ids);
    return;
  }
  projection.bind(child, ids, !delayed, [delayed](const RowSchema& rows, size_t row) {
    if (delayed) return ProjectedRow{rows.labels[row], true};
    return ProjectedRow{rows.labels[row].without_name(), false};
  });
}

}  // namespace tocsin::promql
