#include "promql/eval/grouping.h"

#include <numeric>

namespace tocsin::promql {

void Grouping::bind(const RowSchemaPtr& child, SchemaIds& ids, bool any_order) {
  if (child == child_) return;
  child_ = child;
  auto schema = make_schema(ids);
  const RowLabels::List& labels = spec_.source(child->labels);
  std::vector<uint32_t> stored_order;
  if (any_order && !spec_.without && spec_.names.empty()) {
    stored_order.resize(child->rows());
    std::iota(stored_order.begin(), stored_order.end(), 0u);
  }
  const auto& order = stored_order.empty() ? child->label_order() : stored_order;
  KeyNumbers keys(spec_);
  std::vector<uint32_t> group_of(child->rows());
  schema->drop_name.assign(child->drop_name.empty() ? 0 : child->rows(), 0);
  for (const uint32_t row : order) {
    const uint32_t group = group_of[row] = keys.number_of(labels[row]);
    if (group == schema->labels.size()) schema->labels.push_back(spec_.of(labels[row]));
    if (child->drops_name(row)) schema->drop_name[group] = 1;
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
