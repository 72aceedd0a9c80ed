// The rows of an operator's output: who they are, not what they are worth.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "promql/eval/query.h"

namespace tocsin::promql {

/// The public schema and what only operators need. Immutable once shared (label_order() caches, so
/// a schema is used by one thread at a time).
struct RowSchema : Schema {
  /// With delayed name removal: 1 where the row loses its name at the very end. Empty: nowhere.
  std::vector<uint8_t> drop_name;

  size_t rows() const { return labels.size(); }
  bool drops_name(size_t row) const { return !drop_name.empty() && drop_name[row] != 0; }
  /// Rows sorted by label set; computed on first use.
  const std::vector<uint32_t>& label_order() const;

 private:
  mutable std::vector<uint32_t> order_;
};

using RowSchemaPtr = std::shared_ptr<const RowSchema>;

/// Numbers the schemas of one query.
struct SchemaIds {
  uint64_t last = 0;
};

/// A schema with a number of its own.
std::shared_ptr<RowSchema> make_schema(SchemaIds& ids);
/// One row without labels: what scalars have.
RowSchemaPtr make_scalar_schema(SchemaIds& ids);

}  // namespace tocsin::promql
