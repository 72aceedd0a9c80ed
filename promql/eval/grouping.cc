#include "promql/eval/grouping.h"

#include <numeric>

#include "promql/eval/label_order.h"

namespace tocsin::promql {

/// Rows under the labels chosen, without label sets being made for those that have none yet.
class Grouping::Keys {
 public:
  Keys(const GroupingSpec& spec, const RowLabels& rows)
      : spec_(spec),
        rows_(rows),
        extension_(spec.has(base::kMetricName) ? nullptr : rows.extension()),
        labels_(extension_ != nullptr ? extension_->rows : spec.source(rows)),
        numbers_(spec) {}
  uint32_t number_of(uint32_t row) {
    return extension_ != nullptr ? numbers_.number_of(*extension_, row)
                                 : numbers_.number_of(labels_[row]);
  }
  base::Labels labels_of(uint32_t row) const {
    return spec_.of(extension_ != nullptr ? rows_.one(row) : labels_[row]);
  }

 private:
  const GroupingSpec& spec_;
  const RowLabels& rows_;
  const RowLabels::Extension* extension_;
  const RowLabels::List& labels_;
  KeyNumbers numbers_;
};

void Grouping::bind(const RowSchemaPtr& child, SchemaIds& ids, bool any_order) {
  if (child == child_) return;
  child_ = child;
  auto schema = make_schema(ids);
  // Not child->label_order(), which would stay as long as the child's rows.
  std::vector<uint32_t> order;
  if (any_order && !spec_.without && spec_.names.empty()) {
    order.resize(child->rows());
    std::iota(order.begin(), order.end(), 0u);
  } else {
    order = sorted_by_labels(child->labels);
  }
  Keys keys(spec_, child->labels);
  std::vector<uint32_t> group_of(child->rows());
  schema->drop_name.assign(child->drop_name.empty() ? 0 : child->rows(), 0);
  for (const uint32_t row : order) {
    const uint32_t group = group_of[row] = keys.number_of(row);
    if (group == schema->labels.size()) schema->labels.push_back(keys.labels_of(row));
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
