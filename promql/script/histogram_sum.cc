#include "promql/script/histogram_sum.h"

#include <map>
#include <string>

namespace tocsin::promql {
namespace {

using base::Code;
using base::CounterResetHint;
using base::Error;
using base::FloatHistogram;
using base::HistogramSpan;

using Buckets = std::map<int64_t, double>;

// Bucket i of a schema n steps finer lies in this bucket of the coarser one.
int64_t coarser_index(int64_t index, int32_t steps) { return ((index - 1) >> steps) + 1; }

void add_buckets(Buckets& sum, const std::vector<HistogramSpan>& spans,
                 const std::vector<double>& counts, int32_t steps, double factor) {
  for (const auto& [index, count] : nonempty_buckets(spans, counts)) {
    sum[steps == 0 ? index : coarser_index(index, steps)] += factor * count;
  }
}

void store_buckets(const Buckets& sum, std::vector<HistogramSpan>& spans,
                   std::vector<double>& counts) {
  spans.clear();
  counts.clear();
  int64_t next = 0;
  for (const auto& [index, count] : sum) {
    if (count == 0) continue;
    if (spans.empty() || index != next) spans.push_back({static_cast<int32_t>(index - next), 0});
    ++spans.back().length;
    counts.push_back(count);
    next = index + 1;
  }
}

CounterResetHint joined_hint(const FloatHistogram& a, const FloatHistogram& b, double factor) {
  if (factor < 0) return CounterResetHint::kGauge;
  if (a.counter_reset_hint == b.counter_reset_hint) return a.counter_reset_hint;
  const bool gauge = a.counter_reset_hint == CounterResetHint::kGauge ||
                     b.counter_reset_hint == CounterResetHint::kGauge;
  return gauge ? CounterResetHint::kGauge : CounterResetHint::kUnknown;
}

}  // namespace

std::vector<std::pair<int64_t, double>> nonempty_buckets(const std::vector<HistogramSpan>& spans,
                                                         const std::vector<double>& buckets) {
  std::vector<std::pair<int64_t, double>> found;
  int64_t index = 0;
  size_t next = 0;
  for (const HistogramSpan& span : spans) {
    index += span.offset;
    for (uint32_t i = 0; i < span.length && next < buckets.size(); ++i, ++index, ++next) {
      if (buckets[next] != 0) found.emplace_back(index, buckets[next]);
    }
  }
  return found;
}

base::Result<base::HistogramPtr> add_histograms(const FloatHistogram& a, const FloatHistogram& b,
                                                double factor) {
  if (a.schema > b.schema) {
    return Error{Code::kInvalid, "error combining histograms: cannot merge from schema " +
                                     std::to_string(b.schema) + " to " + std::to_string(a.schema)};
  }
  const bool same_kind = a.uses_custom_buckets() == b.uses_custom_buckets();
  if (!same_kind || a.custom_values != b.custom_values || a.zero_threshold != b.zero_threshold) {
    return Error{Code::kUnsupported,
                 "series of histograms with different zero thresholds or custom bounds"};
  }
  FloatHistogram sum = a;
  sum.counter_reset_hint = joined_hint(a, b, factor);
  sum.count += factor * b.count;
  sum.sum += factor * b.sum;
  sum.zero_count += factor * b.zero_count;
  const int32_t steps = b.schema - a.schema;
  Buckets positive;
  add_buckets(positive, a.positive_spans, a.positive_buckets, 0, 1);
  add_buckets(positive, b.positive_spans, b.positive_buckets, steps, factor);
  store_buckets(positive, sum.positive_spans, sum.positive_buckets);
  Buckets negative;
  add_buckets(negative, a.negative_spans, a.negative_buckets, 0, 1);
  add_buckets(negative, b.negative_spans, b.negative_buckets, steps, factor);
  store_buckets(negative, sum.negative_spans, sum.negative_buckets);
  return std::make_shared<const FloatHistogram>(std::move(sum));
}

}  // namespace tocsin::promql
