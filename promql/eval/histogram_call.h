// histogram_count(v) and its like: a number of each native histogram.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "promql/eval/histogram_buckets.h"
#include "promql/eval/projection.h"

namespace tocsin::promql {

/// `buckets` is room to work in.
using HistogramNumber = double (*)(const base::FloatHistogram& h,
                                   std::vector<NativeBucket>& buckets);

/// By name: histogram_count, _sum, _avg, _stddev, _stdvar; else null.
HistogramNumber find_histogram_number(std::string_view name);

/// Floats are left out.
class HistogramCall final : public Operator {
 public:
  HistogramCall(HistogramNumber number, OperatorPtr child, bool delayed_names)
      : number_(number), child_(std::move(child)), delayed_names_(delayed_names) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  void bind_rows(Run& run);

  HistogramNumber number_;
  OperatorPtr child_;
  bool delayed_names_;
  Projection projection_;
  std::vector<NativeBucket> buckets_;
};

}  // namespace tocsin::promql
