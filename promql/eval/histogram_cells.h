// One side of a native histogram as a list of cells: what operations that change the layout of
// buckets work on.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/histogram.h"

namespace tocsin::promql {

/// A bucket's count, and what rounding lost of it where sums are compensated (kahan.h).
struct Cell {
  int64_t index = 0;
  double count = 0;
  double lost = 0;
  bool empty() const { return count == 0 && lost == 0; }
};
using Cells = std::vector<Cell>;

/// A side of a histogram. `lost`: as many as buckets, or null where sums are not compensated.
struct ConstSide {
  const std::vector<base::HistogramSpan>& spans;
  const std::vector<double>& buckets;
  const std::vector<double>* lost = nullptr;
};
struct Side {
  std::vector<base::HistogramSpan>& spans;
  std::vector<double>& buckets;
  std::vector<double>* lost = nullptr;
};

/// The index of a bucket in a schema `steps` lower.
inline int64_t coarser_index(int64_t index, int32_t steps) {
  return steps <= 0 ? index : ((index - 1) >> (steps < 63 ? steps : 63)) + 1;
}

/// The cells of a side, those that share a bucket in a schema `steps` lower added up.
Cells read_cells(const ConstSide& side, int32_t steps = 0);
/// Stores cells, which ascend in index, in as few spans as possible.
void write_cells(const Cells& cells, const Side& side);
/// Leaves out cells without observations.
void drop_empty(Cells& cells);

}  // namespace tocsin::promql
