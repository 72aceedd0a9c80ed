#include "promql/eval/histogram_cells.h"

#include "promql/eval/histogram_buckets.h"
#include "promql/eval/kahan.h"

namespace tocsin::promql {

Cells read_cells(const ConstSide& side, int32_t steps) {
  Cells cells;
  cells.reserve(side.buckets.size());
  for (BucketCursor at(side.spans, side.buckets.size()); at.next();) {
    const int64_t index = coarser_index(at.index(), steps);
    const double count = side.buckets[at.place()];
    const double lost = side.lost == nullptr ? 0 : (*side.lost)[at.place()];
    if (cells.empty() || cells.back().index != index) {
      cells.push_back({index, count, lost});
    } else if (side.lost == nullptr) {
      cells.back().count += count;
    } else {
      kahan_add(count, cells.back().count, cells.back().lost);
      kahan_add(lost, cells.back().count, cells.back().lost);
    }
  }
  return cells;
}

void write_cells(const Cells& cells, const Side& side) {
  side.spans.clear();
  side.buckets.clear();
  if (side.lost != nullptr) side.lost->clear();
  int64_t next = 0;
  for (const Cell& cell : cells) {
    if (side.spans.empty() || cell.index != next) {
      side.spans.push_back({static_cast<int32_t>(cell.index - next), 0});
    }
    ++side.spans.back().length;
    side.buckets.push_back(cell.count);
    if (side.lost != nullptr) side.lost->push_back(cell.lost);
    next = cell.index + 1;
  }
}

void drop_empty(Cells& cells) {
  std::erase_if(cells, [](const Cell& cell) { return cell.empty(); });
}

}  // namespace tocsin::promql
