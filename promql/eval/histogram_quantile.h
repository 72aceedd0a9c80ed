// histogram_quantile(q, v) and histogram_quantiles(v, "label", q…).
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "promql/eval/histogram_buckets.h"
#include "promql/eval/histogram_groups.h"
#include "promql/eval/projection.h"

namespace tocsin::promql {

class HistogramQuantile final : public Operator {
 public:
  /// One quantile asked for.
  struct Quantile {
    OperatorPtr q;
    base::PosRange pos;
  };
  /// `label` gets the quantile's number; empty: there is one quantile, and no label for it.
  HistogramQuantile(HistogramGroups groups, bool delayed_names, std::string label,
                    std::vector<Quantile> quantiles, OperatorPtr child)
      : groups_(std::move(groups)),
        delayed_names_(delayed_names),
        label_(std::move(label)),
        quantiles_(std::move(quantiles)),
        child_(std::move(child)) {}

 private:
  /// What was mended of the histograms of one name, over all of them and all steps.
  struct Mended {
    ForcedMonotonicity worst;
    uint64_t samples = 0;
    base::TimestampMs first = 0;
    base::TimestampMs last = 0;
  };

  base::Status evaluate(const Grid& grid, Run& run) override;
  void bind_rows(const Grid& grid, Run& run);
  base::Status evaluate_step(size_t step, base::TimestampMs t, Frame& out, Run& run);
  bool quantile_of_histogram(double q, size_t histogram, const FoundHistogram& found,
                             base::TimestampMs t, Run& run, double& value);
  size_t place_of(double q) const;
  void note_mended(const ForcedMonotonicity& forced, size_t histogram, base::TimestampMs t);
  void annotate_mended(Run& run);

  HistogramGroups groups_;
  bool delayed_names_;
  std::string label_;
  std::vector<Quantile> quantiles_;
  OperatorPtr child_;
  // With a label: a row per number and histogram. Without: the histograms themselves.
  std::vector<double> numbers_;  // Distinct quantiles of all steps.
  RowSchemaPtr histograms_;
  RowSchemaPtr rows_;
  Projection projection_;
  Frame unmerged_;  // Used only when dropping names makes rows equal.
  std::vector<NativeBucket> room_;
  std::map<std::string, Mended> mended_;  // By name suffix.
};

}  // namespace tocsin::promql
