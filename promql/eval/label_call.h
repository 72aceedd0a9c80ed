// label_replace and label_join: rows under new labels, values untouched.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/matcher.h"
#include "promql/eval/projection.h"

namespace tocsin::promql {

/// A label computed from others of its row.
struct Relabel {
  std::string destination;
  std::vector<std::string> sources;
  /// Puts the label's value, empty to remove it, into the string; false: the row stays as it is.
  std::function<bool(const base::Labels& labels, std::string& value)> compute;
};

/// Set where the expression matches the source's value.
Relabel label_replace(std::string destination, std::string replacement, std::string source,
                      base::Regex regex);
/// Set to the sources' values with separators between.
Relabel label_join(std::string destination, std::string separator,
                   std::vector<std::string> sources);

class LabelCall final : public Operator {
 public:
  LabelCall(Relabel relabel, OperatorPtr child)
      : relabel_(std::move(relabel)), child_(std::move(child)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  void bind_rows(Run& run);
  /// Whether rows just get a label that none has: then no two of them become equal.
  bool only_extends(const RowSchema& rows) const;
  RowSchemaPtr extend(const RowSchema& rows, SchemaIds& ids) const;
  ProjectedRow project(const RowSchema& rows, size_t row) const;

  Relabel relabel_;
  OperatorPtr child_;
  RowSchemaPtr child_schema_;
  Projection projection_;
  bool merges_ = false;
};

/// The very end of a plan with delayed name removal: names that operators gave up are taken away.
class DropMarkedNames final : public Operator {
 public:
  explicit DropMarkedNames(OperatorPtr child) : child_(std::move(child)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  OperatorPtr child_;
  Projection projection_;
};

}  // namespace tocsin::promql
