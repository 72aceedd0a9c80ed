#include "promql/eval/row_schema.h"

#include <algorithm>
#include <numeric>

namespace tocsin::promql {

const std::vector<uint32_t>& RowSchema::label_order() const {
  if (order_.size() != labels.size()) {
    order_.resize(labels.size());
    std::iota(order_.begin(), order_.end(), 0u);
    // Equal label sets (delayed name removal allows them) keep row order, so that the sort is one.
    std::stable_sort(order_.begin(), order_.end(),
                     [this](uint32_t a, uint32_t b) { return labels[a] < labels[b]; });
  }
  return order_;
}

std::shared_ptr<RowSchema> make_schema(SchemaIds& ids) {
  auto schema = std::make_shared<RowSchema>();
  schema->id = ++ids.last;
  return schema;
}

RowSchemaPtr make_scalar_schema(SchemaIds& ids) {
  auto schema = make_schema(ids);
  schema->labels.emplace_back();
  return schema;
}

}  // namespace tocsin::promql
