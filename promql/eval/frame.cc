#include "promql/eval/frame.h"

#include <algorithm>

namespace tocsin::promql {

void Frame::reset(size_t new_rows, size_t new_steps) {
  rows = new_rows;
  steps = new_steps;
  words = (rows + 63) / 64;
  values.resize(rows * steps);
  present.assign(words * steps, 0);
  histograms.clear();
  order.clear();
}

void Frame::put(size_t step, size_t row, base::HistogramPtr h) {
  if (histograms.empty()) histograms.resize(rows * steps);
  histograms[step * rows + row] = std::move(h);
  values[step * rows + row] = 0;
  set(step, row);
}

size_t Frame::drop_histograms() {
  if (histograms.empty()) return 0;
  size_t dropped = 0;
  for (size_t step = 0; step < steps; ++step) {
    for (size_t row = 0; row < rows; ++row) {
      if (!has(step, row) || histograms[step * rows + row] == nullptr) continue;
      clear(step, row);
      ++dropped;
    }
  }
  histograms.clear();
  return dropped;
}

void Frame::copy_sample(const Frame& from, size_t step, size_t from_row, size_t to_step,
                        size_t to_row) {
  if (from.is_histogram(step, from_row)) {
    put(to_step, to_row, from.histograms[step * from.rows + from_row]);
    return;
  }
  put(to_step, to_row, from.at(step, from_row));
  if (!histograms.empty()) histograms[to_step * rows + to_row] = nullptr;
}

uint64_t Frame::count() const {
  uint64_t n = 0;
  for (const uint64_t word : present) n += static_cast<uint64_t>(std::popcount(word));
  return n;
}

uint64_t Frame::weight() const {
  uint64_t n = count();
  if (histograms.empty()) return n;
  for (size_t step = 0; step < steps; ++step) {
    for_each_bit(bits(step), [&](size_t row) {
      if (is_histogram(step, row)) n += sample_weight(*histograms[step * rows + row]) - 1;
    });
  }
  return n;
}

uint64_t sample_weight(const base::FloatHistogram& h) {
  // Of the fields, and of each span, bucket and bound, as upstream's type has them.
  constexpr uint64_t kFieldBytes = 168;
  constexpr uint64_t kItemBytes = 8;
  constexpr uint64_t kFloatSampleBytes = 16;
  const uint64_t items = h.positive_spans.size() + h.negative_spans.size() +
                         h.positive_buckets.size() + h.negative_buckets.size() +
                         h.custom_values.size();
  return (kFieldBytes + items * kItemBytes + sizeof(base::TimestampMs)) / kFloatSampleBytes;
}

bool Frame::any(size_t step) const {
  const auto words_of_step = bits(step);
  return std::any_of(words_of_step.begin(), words_of_step.end(),
                     [](uint64_t word) { return word != 0; });
}

void set_bits(std::span<uint64_t> bits, size_t begin, size_t end) {
  while (begin < end) {
    const size_t word = begin / 64;
    const size_t first = begin % 64;
    const size_t last = std::min<size_t>(64, first + (end - begin));
    const uint64_t upto = last == 64 ? ~uint64_t{0} : (uint64_t{1} << last) - 1;
    bits[word] |= upto & (~uint64_t{0} << first);
    begin += last - first;
  }
}

}  // namespace tocsin::promql
