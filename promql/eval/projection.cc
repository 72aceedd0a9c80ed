#include "promql/eval/projection.h"

#include <algorithm>
#include <unordered_map>

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
  std::unordered_map<base::Labels, uint32_t, base::LabelsHash> rows;
  std::vector<uint32_t> to_row(child->rows());
  schema->labels.reserve(child->rows());
  if (merge) rows.reserve(child->rows());
  bool any_dropped = false;
  for (size_t row = 0; row < child->rows(); ++row) {
    ProjectedRow projected = project(*child, row);
    const auto next = static_cast<uint32_t>(schema->labels.size());
    if (merge) {
      const auto [entry, fresh] = rows.try_emplace(projected.labels, next);
      to_row[row] = entry->second;
      if (!fresh) continue;
    } else {
      to_row[row] = next;
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

namespace {

/// True when dropping names cannot make two rows equal: they have one name, and nothing else goes.
bool share_one_name(const RowSchema& rows) {
  const auto has_metadata = [](const base::Labels& labels) {
    return labels.has("__type__") || labels.has("__unit__");
  };
  if (rows.rows() == 0) return true;
  const std::string_view name = rows.labels[0].metric_name();
  return std::all_of(rows.labels.begin(), rows.labels.end(), [&](const base::Labels& labels) {
    return labels.metric_name() == name && !has_metadata(labels);
  });
}

}  // namespace

void bind_dropped_names(Projection& projection, const RowSchemaPtr& child, SchemaIds& ids,
                        bool delayed) {
  if (projection.is_bound_to(child)) return;
  projection.bind(child, ids, !delayed && !share_one_name(*child),
                  [delayed](const RowSchema& rows, size_t row) {
                    if (delayed) return ProjectedRow{rows.labels[row], true};
                    return ProjectedRow{rows.labels[row].without_name(), false};
                  });
}

}  // namespace tocsin::promql
