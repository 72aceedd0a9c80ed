// Neighbouring loose rows as tiles: their runs lie row by row, a tile goes column by column.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/series_source.h"
#include "engine/tsdb/loose.h"
#include "engine/tsdb/window.h"

namespace tocsin::tsdb {

/// Collects rows as long as they lie on the same axes, then hands them on as one tile. Rows that
/// others are ahead of, or that began later, have absent markers where they have no sample. A row
/// on axes of its own is a tile by itself. Reused from scan to scan for its buffers.
class LooseTiles {
 public:
  /// Adds a row later than all since the last flush(). Without samples in `time` it is left out.
  void add(uint32_t row, const LooseRow& loose, const base::ScanWindow& time, CommitSeq seq,
           base::TileVisitor& visitor);
  /// Visits what is collected, if anything is.
  void flush(base::TileVisitor& visitor);

 private:
  /// Timestamps [begin, end) of an axis are the columns from `column` on.
  struct Part {
    const TimeAxis* axis;
    uint32_t begin;
    uint32_t end;
    uint32_t column;

    uint32_t columns_end() const { return column + (end - begin); }
  };

  void find_slices(const LooseRow& loose, const base::ScanWindow& time, CommitSeq seq);
  bool plan();
  bool plan_slice(const RunSlice& slice, size_t& part);
  void start(uint32_t row, const base::ScanWindow& time);
  void adopt_plan();
  void store_row();
  void blank(uint32_t row, uint32_t begin, uint32_t end);
  bool has_samples(uint32_t rows) const;

  double* at(uint32_t column, uint32_t row) { return buffer_.data() + column * stride_ + row; }
  uint32_t columns() const { return static_cast<uint32_t>(t_.size()); }

  uint32_t first_row_ = 0;
  uint32_t rows_ = 0;
  uint32_t rows_max_ = 0;
  size_t stride_ = 0;
  std::vector<RunSlice> slices_;  // Of the row being added.
  std::vector<Part> parts_;
  std::vector<Part> plan_;  // The parts as they will be with that row.
  std::vector<base::TimestampMs> t_;
  std::vector<double> buffer_;
  std::vector<const double*> values_;
  std::vector<uint8_t> gaps_;
  std::vector<uint8_t> drops_;
};

}  // namespace tocsin::tsdb
