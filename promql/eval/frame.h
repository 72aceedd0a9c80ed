// The values of an operator's output: rows × steps of doubles, with a bit for each that says
// whether there is a sample. Labels are elsewhere (row_schema.h).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/histogram.h"
#include "engine/base/time.h"

namespace tocsin::promql {

/// The timestamps of one evaluation: start, start + step, …
struct Grid {
  base::TimestampMs start = 0;
  base::DurationMs step = 1;
  size_t steps = 1;
  base::DurationMs beyond = 0;  ///< How much later than the last of them the evaluation ends.
  /// One timestamp, the start and the end: what upstream takes for an instant query.
  bool one_moment() const { return steps == 1 && beyond == 0; }
  base::TimestampMs at(size_t i) const { return start + static_cast<int64_t>(i) * step; }
  base::TimestampMs last() const { return at(steps == 0 ? 0 : steps - 1); }
};

/// Step-major: the values of one step lie together. Where a bit is not set the value means nothing.
struct Frame {
  size_t rows = 0;
  size_t steps = 0;
  size_t words = 0;                            ///< 64-bit words of a step's bitmap.
  std::vector<double> values;                  ///< steps × rows
  std::vector<uint64_t> present;               ///< steps × words; bits past `rows` are 0.
  std::vector<base::HistogramPtr> histograms;  ///< Empty, or steps × rows; null: a float.
  /// Order of the rows in an instant result, set by sort and topk; empty: row order. May leave out
  /// rows without a sample.
  std::vector<uint32_t> order;

  /// Nothing present. Allocates only when larger than ever before.
  void reset(size_t new_rows, size_t new_steps);

  std::span<double> column(size_t step) { return {values.data() + step * rows, rows}; }
  std::span<const double> column(size_t step) const { return {values.data() + step * rows, rows}; }
  std::span<uint64_t> bits(size_t step) { return {present.data() + step * words, words}; }
  std::span<const uint64_t> bits(size_t step) const {
    return {present.data() + step * words, words};
  }

  bool has(size_t step, size_t row) const {
    return ((present[step * words + row / 64] >> (row % 64)) & 1u) != 0;
  }
  void set(size_t step, size_t row) {
    present[step * words + row / 64] |= uint64_t{1} << (row % 64);
  }
  void clear(size_t step, size_t row) {
    present[step * words + row / 64] &= ~(uint64_t{1} << (row % 64));
  }
  double at(size_t step, size_t row) const { return values[step * rows + row]; }
  void put(size_t step, size_t row, double v) {
    values[step * rows + row] = v;
    set(step, row);
  }
  void put(size_t step, size_t row, base::HistogramPtr h);

  bool has_histograms() const { return !histograms.empty(); }
  bool is_histogram(size_t step, size_t row) const {
    return !histograms.empty() && histograms[step * rows + row] != nullptr;
  }
  /// Takes away the samples that are histograms. Returns how many there were.
  size_t drop_histograms();
  /// Copies sample (step, from_row) of `from` to (to_step, to_row) here.
  void copy_sample(const Frame& from, size_t step, size_t from_row, size_t to_step, size_t to_row);

  /// Samples present, over all steps.
  uint64_t count() const;
  /// The same with histograms counted by their size (sample_weight).
  uint64_t weight() const;
  bool any(size_t step) const;
};

/// How many samples a histogram counts as, by the room it takes.
/// Source: prometheus:promql/value.go HPoint.size.
uint64_t sample_weight(const base::FloatHistogram& h);

/// Sets bits [begin, end) of a bitmap.
void set_bits(std::span<uint64_t> bits, size_t begin, size_t end);

/// Calls fn(row) for every set bit, ascending.
template <class Fn>
void for_each_bit(std::span<const uint64_t> bits, Fn&& fn) {
  for (size_t w = 0; w < bits.size(); ++w) {
    for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
      fn(w * 64 + static_cast<size_t>(std::countr_zero(word)));
    }
  }
}

}  // namespace tocsin::promql
