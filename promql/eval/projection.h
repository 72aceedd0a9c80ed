// Rows under new labels: dropped names, replaced labels. Rows that become equal are merged.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "promql/eval/operator.h"

namespace tocsin::promql {

/// A row's new labels and whether its name goes at the end.
struct ProjectedRow {
  base::Labels labels;
  bool drop_name = false;
};

/// Derives a schema from a child's and keeps it while the child's stays the same.
class Projection {
 public:
  /// When two rows with equal labels are an error: at the same step, or always when both have
  /// samples (what range functions do).
  enum class Clash : uint8_t { kSameStep, kAnyStep };
  explicit Projection(Clash clash = Clash::kSameStep) : clash_(clash) {}

  /// Rebuilds when `child` is another schema than last time. `project` gives each row's labels.
  /// With delayed name removal equal rows stay apart until the end: pass merge = false.
  void bind(const RowSchemaPtr& child, SchemaIds& ids, bool merge,
            const std::function<ProjectedRow(const RowSchema&, size_t row)>& project);
  /// Rebuilds for rows that just lose their names: share_one_name() holds for them.
  void bind_nameless(const RowSchemaPtr& child, SchemaIds& ids);
  bool is_bound_to(const RowSchemaPtr& child) const { return child == child_; }
  const RowSchemaPtr& schema() const { return schema_; }
  /// True when every row keeps its place: values need no change.
  bool is_identity() const { return to_row_.empty(); }
  /// Merges `from` and its order into `to` (already reset to schema()->rows()). Fails with "vector
  /// cannot contain metrics with the same labelset".
  base::Status apply(const Frame& from, Frame& to) const;

 private:
  base::Status merge_row(const Frame& from, size_t row, Frame& to) const;
  Clash clash_;
  RowSchemaPtr child_;
  RowSchemaPtr schema_;
  std::vector<uint32_t> to_row_;  ///< Child row → row; empty when it is the identity.
};

/// The usual projection: names dropped now, or marked to be dropped at the end.
void bind_dropped_names(Projection& projection, const RowSchemaPtr& child, SchemaIds& ids,
                        bool delayed);

/// The error of two samples with equal labels.
base::Error same_labelset();

}  // namespace tocsin::promql
