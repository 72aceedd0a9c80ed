// histogram_quantile(q, v) over classic buckets.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "promql/eval/kernels_histogram.h"
#include "promql/eval/projection.h"

namespace tocsin::promql {

class HistogramQuantile final : public Operator {
 public:
  struct Spec {
    bool delayed_names = false;
    base::PosRange quantile_pos;
    base::PosRange vector_pos;
  };
  HistogramQuantile(Spec spec, OperatorPtr quantile, OperatorPtr child)
      : spec_(spec), quantile_(std::move(quantile)), child_(std::move(child)) {}

 private:
  /// A bucket's row and upper bound.
  struct Place {
    uint32_t row = 0;
    double bound = 0;
  };
  /// What was mended of the histograms of one name, over all of them and all steps.
  struct Mended {
    ForcedMonotonicity worst;
    uint64_t samples = 0;
    base::TimestampMs first = 0;
    base::TimestampMs last = 0;
  };

  base::Status evaluate(const Grid& grid, Run& run) override;
  void bind_rows(Run& run);
  void evaluate_step(size_t step, base::TimestampMs t, Frame& out, Run& run);
  void warn_bad_bucket(uint32_t row, Run& run) const;
  void note_mended(const ForcedMonotonicity& forced, size_t histogram, base::TimestampMs t);
  void annotate_mended(Run& run);
  /// ` for metric name "x"` while the name is still there, else nothing.
  std::string name_suffix(const base::Labels& labels) const;

  Spec spec_;
  OperatorPtr quantile_;
  OperatorPtr child_;
  RowSchemaPtr child_schema_;
  RowSchemaPtr histograms_;         // A row per histogram: the labels without le.
  std::vector<size_t> begin_;       // histograms + 1
  std::vector<Place> places_;       // Ascending in bound within a histogram.
  std::vector<uint32_t> bad_rows_;  // Without a usable le.
  Projection projection_;
  Frame unmerged_;
  std::vector<Bucket> buckets_;
  std::map<std::string, Mended> mended_;  // By name suffix.
};

}  // namespace tocsin::promql
