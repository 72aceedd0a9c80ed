// Native histograms as values. Operations on them live with the evaluator.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace tocsin::base {

/// A run of consecutive buckets; `offset` from the end of the previous span (the first: from index
/// 0).
struct HistogramSpan {
  int32_t offset = 0;
  uint32_t length = 0;
  bool operator==(const HistogramSpan&) const = default;
};

enum class CounterResetHint : uint8_t { kUnknown, kReset, kNotReset, kGauge };

/// A float native histogram with absolute bucket counts.
/// `schema` −4…8: bucket i covers (base^(i−1), base^i], base = 2^(2^−schema).
/// `schema` −53: custom buckets whose upper bounds are `custom_values`.
/// Source: prometheus model/histogram/float_histogram.go.
struct FloatHistogram {
  CounterResetHint counter_reset_hint = CounterResetHint::kUnknown;
  int32_t schema = 0;
  double zero_threshold = 0;
  double zero_count = 0;
  double count = 0;
  double sum = 0;
  std::vector<HistogramSpan> positive_spans;
  std::vector<HistogramSpan> negative_spans;
  std::vector<double> positive_buckets;
  std::vector<double> negative_buckets;
  std::vector<double> custom_values;

  bool uses_custom_buckets() const { return schema == kCustomBucketsSchema; }
  static constexpr int32_t kCustomBucketsSchema = -53;
};

/// Histograms are immutable once shared.
using HistogramPtr = std::shared_ptr<const FloatHistogram>;

}  // namespace tocsin::base
