// limitk and limit_ratio: some rows of each group, with their own labels, whatever their values.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "promql/eval/keep_k.h"

namespace tocsin::promql {

/// limitk(k, v): the first k samples of each group in label order.
class LimitK final : public KeepK {
 public:
  LimitK(GroupingSpec grouping, OperatorPtr child, OperatorPtr param)
      : KeepK(std::move(grouping), std::move(child), std::move(param)) {}

 private:
  void keep(std::span<const uint32_t> rows, size_t step, double k) override;
};

/// limit_ratio(r, v): the samples whose labels' hash falls into the share r of all hashes; a
/// negative r gives the complement of limit_ratio(1 + r, v). Grouping has no effect.
/// Source: prometheus:promql/engine.go HashRatioSampler.
class LimitRatio final : public Operator {
 public:
  LimitRatio(base::PosRange param_pos, OperatorPtr child, OperatorPtr param)
      : param_pos_(param_pos), child_(std::move(child)), param_(std::move(param)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  base::Status check_params(size_t steps, Run& run);
  void bind_rows();

  base::PosRange param_pos_;
  OperatorPtr child_;
  OperatorPtr param_;
  std::vector<double> offsets_;  // By row: its hash as a share of all hashes.
};

/// The hash by which upstream samples series: XXH64 over names and values with their lengths.
/// Source: prometheus:model/labels/labels_stringlabels.go Hash.
uint64_t sampling_hash(const base::Labels& labels);

}  // namespace tocsin::promql
