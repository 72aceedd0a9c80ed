#include "promql/script/stored_hint.h"

#include <map>

#include "engine/base/sample.h"
#include "promql/script/histogram_sum.h"

namespace tocsin::promql {
namespace {

using base::CounterResetHint;
using base::FloatHistogram;
using base::HistogramSpan;

bool any_bucket_fell(const std::vector<HistogramSpan>& from_spans, const std::vector<double>& from,
                     const std::vector<HistogramSpan>& to_spans, const std::vector<double>& to) {
  const auto after = nonempty_buckets(to_spans, to);
  const std::map<int64_t, double> counts(after.begin(), after.end());
  for (const auto& [index, count] : nonempty_buckets(from_spans, from)) {
    const auto at = counts.find(index);
    if (at == counts.end() || at->second < count) return true;
  }
  return false;
}

bool fell(const FloatHistogram& from, const FloatHistogram& to) {
  return to.count < from.count || to.zero_count < from.zero_count ||
         any_bucket_fell(from.positive_spans, from.positive_buckets, to.positive_spans,
                         to.positive_buckets) ||
         any_bucket_fell(from.negative_spans, from.negative_buckets, to.negative_spans,
                         to.negative_buckets);
}

bool same_layout(const FloatHistogram& a, const FloatHistogram& b) {
  return a.schema == b.schema && a.zero_threshold == b.zero_threshold &&
         a.custom_values == b.custom_values;
}

}  // namespace

CounterResetHint stored_hint(const FloatHistogram* previous, const FloatHistogram& current) {
  if (current.counter_reset_hint == CounterResetHint::kGauge) return CounterResetHint::kGauge;
  const bool continues = previous != nullptr && !base::is_stale(previous->sum) &&
                         previous->counter_reset_hint != CounterResetHint::kGauge &&
                         current.counter_reset_hint != CounterResetHint::kReset &&
                         same_layout(*previous, current) && !fell(*previous, current);
  return continues ? CounterResetHint::kNotReset : CounterResetHint::kUnknown;
}

}  // namespace tocsin::promql
