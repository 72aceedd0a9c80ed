#include "engine/tsdb/column_buffer.h"

#include <algorithm>

#include "engine/base/sample.h"

namespace tocsin::tsdb {

// Few sizes, so that streams share what is idle.
size_t ColumnBuffer::bytes_for(size_t rows) {
  constexpr size_t kStep = 4096;
  return ((rows + 1) * sizeof(double) + kStep - 1) / kStep * kStep;
}

void ColumnBuffer::open(size_t rows) {
  close();
  values_ = static_cast<double*>(pool_->take(bytes_for(rows)));
  rows_ = rows;
  std::fill_n(values_, rows + 1, base::absent_marker());
}

void ColumnBuffer::grow(size_t rows) {
  if (!is_open() || rows <= rows_) return;
  if (bytes_for(rows) != bytes_for(rows_)) {
    auto* larger = static_cast<double*>(pool_->take(bytes_for(rows)));
    std::copy_n(values_, rows_ + 1, larger);
    pool_->give(values_, bytes_for(rows_));
    values_ = larger;
  }
  std::fill(values_ + rows_ + 1, values_ + rows + 1, base::absent_marker());
  rows_ = rows;
}

void ColumnBuffer::close() {
  if (is_open()) pool_->give(values_, bytes_for(rows_));
  values_ = nullptr;
  rows_ = 0;
}

}  // namespace tocsin::tsdb
