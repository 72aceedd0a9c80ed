// label_replace and label_join: rows under new labels, values untouched.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/base/matcher.h"
#include "promql/eval/projection.h"

namespace tocsin::promql {

/// Sets `destination` from `source` where the expression matches its value.
struct LabelReplace {
  std::string destination;
  std::string replacement;
  std::string source;
  base::Regex regex;
  ProjectedRow operator()(const RowSchema& rows, size_t row) const;
};

/// Sets `destination` to the sources' values with separators between.
struct LabelJoin {
  std::string destination;
  std::string separator;
  std::vector<std::string> sources;
  ProjectedRow operator()(const RowSchema& rows, size_t row) const;
};

class LabelCall final : public Operator {
 public:
  LabelCall(std::function<ProjectedRow(const RowSchema&, size_t)> relabel, OperatorPtr child)
      : relabel_(std::move(relabel)), child_(std::move(child)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  std::function<ProjectedRow(const RowSchema&, size_t)> relabel_;
  OperatorPtr child_;
  Projection projection_;
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
