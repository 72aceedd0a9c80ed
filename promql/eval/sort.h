// sort and sort_desc: the order of an instant result. Range results are ordered by labels anyway.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "promql/eval/operator.h"

namespace tocsin::promql {

class Sort final : public Operator {
 public:
  Sort(bool descending, base::PosRange pos, OperatorPtr child)
      : descending_(descending), pos_(pos), child_(std::move(child)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  bool descending_;
  base::PosRange pos_;
  OperatorPtr child_;
};

/// sort_by_label(v, "a", "b") and sort_by_label_desc: by these labels' values in natural order
/// ("v2" before "v10"), then by the whole label set.
class SortByLabel final : public Operator {
 public:
  SortByLabel(bool descending, std::vector<std::string> labels, base::PosRange pos,
              OperatorPtr child)
      : descending_(descending), labels_(std::move(labels)), pos_(pos), child_(std::move(child)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  bool descending_;
  std::vector<std::string> labels_;
  base::PosRange pos_;
  OperatorPtr child_;
};

/// Compares digits as numbers and the rest bytewise: below 0, 0 or above 0.
int natural_compare(std::string_view a, std::string_view b);

}  // namespace tocsin::promql
