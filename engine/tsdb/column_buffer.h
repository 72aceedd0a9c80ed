// Where the values of an open column are collected.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "engine/tsdb/chunk_pool.h"

namespace tocsin::tsdb {

/// One double for each row, with one that is always absent in front. Has memory only while open:
/// streams commit one after the other, so a few buffers do for all of them. Not thread-safe.
class ColumnBuffer {
 public:
  explicit ColumnBuffer(std::shared_ptr<ChunkPool> pool) : pool_(std::move(pool)) {}
  ColumnBuffer(const ColumnBuffer&) = delete;
  ColumnBuffer& operator=(const ColumnBuffer&) = delete;
  ~ColumnBuffer() { close(); }

  /// Takes memory for so many rows, all absent. Closes first.
  void open(size_t rows);
  /// While open: adds absent rows.
  void grow(size_t rows);
  void close();

  bool is_open() const { return values_ != nullptr; }
  /// The rows; none when closed.
  std::span<double> rows() {
    return is_open() ? std::span(values_ + 1, rows_) : std::span<double>();
  }
  /// 0 is the absent value, row r is r + 1.
  double& operator[](size_t index) { return values_[index]; }
  const double* data() const { return values_; }

 private:
  static size_t bytes_for(size_t rows);

  const std::shared_ptr<ChunkPool> pool_;
  double* values_ = nullptr;
  size_t rows_ = 0;
};

}  // namespace tocsin::tsdb
