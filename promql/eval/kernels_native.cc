#include "promql/eval/kernels_native.h"

#include <algorithm>

#include "promql/eval/kernels_rate.h"

namespace tocsin::promql {
namespace {

using base::FloatHistogram;
using base::HistogramPtr;

enum class Kind : uint8_t { kRate, kIncrease, kDelta };

/// to += factor · from, field by field. Requires same_buckets.
void add(FloatHistogram& to, const FloatHistogram& from, double factor) {
  const auto each = [factor](std::vector<double>& a, const std::vector<double>& b) {
    for (size_t i = 0; i < a.size(); ++i) a[i] += factor * b[i];
  };
  to.zero_count += factor * from.zero_count;
  to.count += factor * from.count;
  to.sum += factor * from.sum;
  each(to.positive_buckets, from.positive_buckets);
  each(to.negative_buckets, from.negative_buckets);
}

void scale(FloatHistogram& h, double factor) {
  h.zero_count *= factor;
  h.count *= factor;
  h.sum *= factor;
  for (double& bucket : h.positive_buckets) bucket *= factor;
  for (double& bucket : h.negative_buckets) bucket *= factor;
}

bool any_lower(const std::vector<double>& current, const std::vector<double>& previous) {
  return !std::equal(current.begin(), current.end(), previous.begin(),
                     [](double now, double before) { return !(now < before); });
}

/// Buckets that are not zero, in spans of neighbours.
void compact_side(std::vector<base::HistogramSpan>& spans, std::vector<double>& buckets) {
  std::vector<base::HistogramSpan> kept_spans;
  std::vector<double> kept;
  int32_t index = 0;     // Of the bucket at hand.
  int32_t kept_end = 0;  // One past the last bucket kept.
  size_t next = 0;
  for (const base::HistogramSpan& span : spans) {
    index += span.offset;
    for (uint32_t i = 0; i < span.length; ++i, ++index, ++next) {
      if (buckets[next] == 0) continue;
      if (kept_spans.empty() || index != kept_end) kept_spans.push_back({index - kept_end, 0});
      ++kept_spans.back().length;
      kept.push_back(buckets[next]);
      kept_end = index + 1;
    }
  }
  spans = std::move(kept_spans);
  buckets = std::move(kept);
}

template <Kind kKind>
HistogramPtr over_window(const HistogramWindow& w) {
  const size_t n = w.h.size();
  constexpr bool kCounter = kKind != Kind::kDelta;
  for (size_t i = 1; i < n; ++i) {
    if (!same_buckets(*w.h[0], *w.h[i])) return nullptr;
  }
  FloatHistogram raw = *w.h[n - 1];
  // After a reset at the second sample the first one plays no part.
  const bool skips_first = kCounter && detect_reset(*w.h[1], *w.h[0]);
  if (!skips_first) add(raw, *w.h[0], -1);
  for (size_t i = skips_first ? 2 : 1; kCounter && i < n; ++i) {
    if (detect_reset(*w.h[i], *w.h[i - 1])) add(raw, *w.h[i - 1], 1);
  }
  const double factor = extrapolation_factor(
      w.t[0], w.t[n - 1], n, w.times, {kCounter, kKind == Kind::kRate, w.h[0]->count, raw.count});
  scale(raw, factor);
  raw.counter_reset_hint = base::CounterResetHint::kGauge;
  compact(raw);
  return std::make_shared<FloatHistogram>(std::move(raw));
}

}  // namespace

bool same_buckets(const FloatHistogram& a, const FloatHistogram& b) {
  return a.schema == b.schema && a.zero_threshold == b.zero_threshold &&
         a.custom_values == b.custom_values && a.positive_spans == b.positive_spans &&
         a.negative_spans == b.negative_spans;
}

bool detect_reset(const FloatHistogram& current, const FloatHistogram& previous) {
  if (current.counter_reset_hint == base::CounterResetHint::kReset) return true;
  if (current.counter_reset_hint == base::CounterResetHint::kNotReset) return false;
  return current.count < previous.count || current.zero_count < previous.zero_count ||
         any_lower(current.positive_buckets, previous.positive_buckets) ||
         any_lower(current.negative_buckets, previous.negative_buckets);
}

void compact(FloatHistogram& h) {
  compact_side(h.positive_spans, h.positive_buckets);
  compact_side(h.negative_spans, h.negative_buckets);
}

HistogramPtr rate_histogram(const HistogramWindow& w) { return over_window<Kind::kRate>(w); }
HistogramPtr increase_histogram(const HistogramWindow& w) {
  return over_window<Kind::kIncrease>(w);
}
HistogramPtr delta_histogram(const HistogramWindow& w) { return over_window<Kind::kDelta>(w); }

}  // namespace tocsin::promql
