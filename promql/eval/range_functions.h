// The functions of one range vector: what computes them and how they treat the special cases.
#pragma once

#include <string_view>

#include "engine/base/status.h"
#include "promql/eval/kernels_native.h"
#include "promql/eval/window.h"

namespace tocsin::promql {

/// What a function does with native histograms in a window.
enum class HistogramRule : uint8_t {
  kCounted,  ///< Counts samples of either kind (count, present).
  kPicked,   ///< Returns one sample of either kind (first, last).
  kIgnored,  ///< Sees floats only; says so when there are both.
  kAlone,    ///< Floats and histograms mixed: a warning, no result.
  kPair,     ///< As kAlone, looking at the last two samples only (irate, idelta).
  kMixes,    ///< Looks at both (changes, resets).
};

struct RangeFunction {
  std::string_view name;
  RowKernel row = nullptr;         ///< Null: `sorting` is set.
  ColumnKernel columns = nullptr;  ///< Null: the row kernel is called for each row.
  uint8_t samples_min = 1;
  HistogramRule histograms = HistogramRule::kIgnored;
  bool keeps_name = false;
  bool wants_counter = false;  ///< rate, increase: the name should be a counter's.
  /// For functions that sort the values (their own copy of them).
  double (*sorting)(double param, std::span<double> values) = nullptr;
  /// Refuses scalar arguments, once there is a sample; null: takes all.
  base::Status (*check)(double param, double trend) = nullptr;
  /// For windows of histograms alone (kAlone, kPair); null with other rules.
  HistogramKernel histogram = nullptr;
  /// For windows that have histograms (kMixes); null with other rules.
  MixedKernel mixed = nullptr;
  /// In place of `row` where samples tell when their counting began, from one sample on; null: that
  /// makes no difference.
  RowKernel started = nullptr;
  /// For functions that count events: what saves looking at overlapping windows again and again.
  EventKernel events = nullptr;
};

/// By name, or nullptr when this is not (yet) such a function. Static lifetime.
const RangeFunction* find_range_function(std::string_view name);

}  // namespace tocsin::promql
