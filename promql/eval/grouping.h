// Which rows an aggregation puts together: computed once per schema.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "promql/eval/label_numbers.h"
#include "promql/eval/row_schema.h"

namespace tocsin::promql {

/// by (labels) or without (labels), which loses the metric name, too.
struct GroupingSpec : LabelChoice {
  GroupingSpec(std::vector<std::string> labels, bool is_without)
      : LabelChoice{std::move(labels), is_without} {
    if (without) names.emplace_back(base::kMetricName);
  }
};

/// Groups in order of their first row; within a group rows are in label order, so that sums do not
/// depend on where the store keeps a series.
class Grouping {
 public:
  explicit Grouping(GroupingSpec spec) : spec_(std::move(spec)) {}
  /// Rebuilds when `child` is another schema than last time. With `any_order`, which must not
  /// change, the rows of a lone group may stand as they are stored.
  void bind(const RowSchemaPtr& child, SchemaIds& ids, bool any_order = false);
  const RowSchemaPtr& schema() const { return schema_; }
  size_t groups() const { return begin_.empty() ? 0 : begin_.size() - 1; }
  std::span<const uint32_t> rows_of(size_t group) const {
    return {rows_.data() + begin_[group], begin_[group + 1] - begin_[group]};
  }

 private:
  class Keys;
  GroupingSpec spec_;
  RowSchemaPtr child_;
  RowSchemaPtr schema_;
  std::vector<uint32_t> begin_;  // groups + 1
  std::vector<uint32_t> rows_;   // Child rows, group by group.
};

}  // namespace tocsin::promql
