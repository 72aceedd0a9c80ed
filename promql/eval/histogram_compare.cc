#include "promql/eval/histogram_compare.h"

#include <algorithm>
#include <bit>

#include "promql/eval/histogram_bounds.h"
#include "promql/eval/histogram_cells.h"
#include "promql/eval/histogram_custom.h"
#include "promql/eval/histogram_zero.h"

namespace tocsin::promql {
namespace {

using base::CounterResetHint;
using base::FloatHistogram;
using base::HistogramSpan;

bool same_bits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

bool same_counts(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_bits);
}

/// Spans without length only move the next one.
std::vector<HistogramSpan> without_empty(const std::vector<HistogramSpan>& spans) {
  std::vector<HistogramSpan> kept;
  int32_t offset = 0;
  for (const HistogramSpan& span : spans) {
    offset += span.offset;
    if (span.length == 0) continue;
    kept.push_back({offset, span.length});
    offset = 0;
  }
  return kept;
}

bool same_spans(const std::vector<HistogramSpan>& a, const std::vector<HistogramSpan>& b) {
  return a == b || without_empty(a) == without_empty(b);
}

/// Two sides of histograms at the schema and zero threshold of the current one.
struct SidePair {
  ConstSide current;
  ConstSide previous;
  int32_t schema = 0;
  int32_t steps = 0;  ///< From the schema of the previous.
  double threshold = 0;
  bool custom = false;
};

/// Buckets up to the threshold are part of the zero bucket.
Cells cells_beyond(const ConstSide& side, int32_t steps, const SidePair& pair) {
  Cells cells = read_cells(side, steps);
  if (pair.custom || pair.threshold == 0) return cells;
  const auto first = std::ranges::find_if(cells, [&pair](const Cell& cell) {
    return exponential_bound(cell.index, pair.schema) > pair.threshold;
  });
  cells.erase(cells.begin(), first);
  return cells;
}

bool any_fell(const SidePair& pair) {
  const ConstSide& current = pair.current;
  const ConstSide& previous = pair.previous;
  const bool same_layout = pair.steps == 0 && (pair.custom || pair.threshold == 0) &&
                           current.spans == previous.spans &&
                           current.buckets.size() == previous.buckets.size();
  if (same_layout) {
    return !std::equal(current.buckets.begin(), current.buckets.end(), previous.buckets.begin(),
                       [](double now, double before) { return !(now < before); });
  }
  const Cells now = cells_beyond(current, 0, pair);
  size_t i = 0;
  for (const Cell& before : cells_beyond(previous, pair.steps, pair)) {
    while (i < now.size() && now[i].index < before.index) ++i;
    const bool there = i < now.size() && now[i].index == before.index;
    if (there ? now[i].count < before.count : before.count != 0) return true;
  }
  return false;
}

}  // namespace

bool same_histogram(const FloatHistogram& a, const FloatHistogram& b) {
  return a.schema == b.schema && same_bits(a.count, b.count) && same_bits(a.sum, b.sum) &&
         (!a.uses_custom_buckets() || same_counts(a.custom_values, b.custom_values)) &&
         a.zero_threshold == b.zero_threshold && same_bits(a.zero_count, b.zero_count) &&
         same_spans(a.negative_spans, b.negative_spans) &&
         same_counts(a.negative_buckets, b.negative_buckets) &&
         same_spans(a.positive_spans, b.positive_spans) &&
         same_counts(a.positive_buckets, b.positive_buckets);
}

bool detect_reset(const FloatHistogram& current, const FloatHistogram& previous) {
  if (current.counter_reset_hint == CounterResetHint::kReset) return true;
  if (current.counter_reset_hint == CounterResetHint::kNotReset) return false;
  if (current.count < previous.count) return true;
  const bool custom = current.uses_custom_buckets();
  if (custom) {
    if (!previous.uses_custom_buckets()) return true;
    if (current.custom_values != previous.custom_values) {
      return fell_by_common_bounds(current, previous);
    }
  }
  // A finer resolution or a narrower zero bucket: only a new counter has that.
  if (current.schema > previous.schema) return true;
  if (current.zero_threshold < previous.zero_threshold) return true;
  const ZeroBucket zero = widened_zero_bucket(previous, nullptr, current.zero_threshold);
  if (zero.threshold != current.zero_threshold) return true;
  if (current.zero_count < zero.count) return true;
  SidePair pair{{current.positive_spans, current.positive_buckets},
                {previous.positive_spans, previous.positive_buckets},
                current.schema,
                previous.schema - current.schema,
                current.zero_threshold,
                custom};
  const SidePair negative{{current.negative_spans, current.negative_buckets},
                          {previous.negative_spans, previous.negative_buckets},
                          pair.schema,
                          pair.steps,
                          pair.threshold,
                          custom};
  return any_fell(pair) || any_fell(negative);
}

}  // namespace tocsin::promql
