#include "promql/script/histogram_sum.h"

#include <string>

#include "promql/eval/histogram_arithmetic.h"
#include "promql/eval/histogram_buckets.h"

namespace tocsin::promql {

using base::FloatHistogram;

std::vector<std::pair<int64_t, double>> nonempty_buckets(
    const std::vector<base::HistogramSpan>& spans, const std::vector<double>& buckets) {
  std::vector<std::pair<int64_t, double>> found;
  for (BucketCursor at(spans, buckets.size()); at.next();) {
    if (buckets[at.place()] != 0) found.emplace_back(at.index(), buckets[at.place()]);
  }
  return found;
}

base::Result<base::HistogramPtr> add_histograms(const FloatHistogram& a, const FloatHistogram& b,
                                                bool subtracts) {
  if (a.schema > b.schema) {
    return base::Error{base::Code::kInvalid,
                       "error combining histograms: cannot merge from schema " +
                           std::to_string(b.schema) + " to " + std::to_string(a.schema)};
  }
  auto sum = std::make_shared<FloatHistogram>(a);
  const HistogramJoin join = subtracts ? subtract(*sum, b) : add(*sum, b);
  if (join.incompatible) {
    return base::Error{base::Code::kInvalid,
                       "error combining histograms: exponential and custom buckets"};
  }
  if (subtracts) sum->counter_reset_hint = base::CounterResetHint::kGauge;
  compact(*sum);
  return base::HistogramPtr(std::move(sum));
}

}  // namespace tocsin::promql
