#include "promql/eval/row_schema.h"

#include "promql/eval/label_order.h"

namespace tocsin::promql {

const std::vector<uint32_t>& RowSchema::label_order() const {
  if (order_.size() != labels.size()) {
    // Equal label sets (delayed name removal allows them) keep row order, so that the order is one.
    order_ = sorted_by_labels(labels);
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
