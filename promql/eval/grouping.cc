#include "promql/eval/grouping.h"

#include <unordered_map>

namespace tocsin::promql {

base::Labels GroupingSpec::key(const base::Labels& row) const {
  if (!without) return row.keep(labels);
  return row.drop(labels);
}

void Grouping::bind(const RowSchemaPtr& child, SchemaIds& ids) {
  if (child == child_) return;
  child_ = child;
  auto schema = make_schema(ids);
  std::unordered_map<base::Labels, uint32_t, base::LabelsHash> group_of_key;
  const auto& order = child->label_order();
  std::vector<uint32_t> group_of(child->rows());
  schema->drop_name.assign(child->drop_name.empty() ? 0 : child->rows(), 0);
  for (const uint32_t row : order) {
    base::Labels key = spec_.key(child->labels[row]);
    const auto next = static_cast<uint32_t>(schema->labels.size());
    const auto [entry, fresh] = group_of_key.try_emplace(key, next);
    group_of[row] = entry->second;
    if (fresh) schema->labels.push_back(std::move(key));
    if (child->drops_name(row)) schema->drop_name[entry->second] = 1;
  }
  if (!schema->drop_name.empty()) schema->drop_name.resize(schema->labels.size());

  begin_.assign(schema->labels.size() + 1, 0);
  for (const uint32_t group : group_of) ++begin_[group + 1];
  for (size_t group = 1; group < begin_.size(); ++group) begin_[group] += begin_[group - 1];
  rows_.resize(child->rows());
  std::vector<uint32_t> next(begin_.begin(), begin_.end() - 1);
  for (const uint32_t row : order) rows_[next[group_of[row]]++] = row;
  schema_ = std::move(schema);
}

}  // namespace tocsin::promql
