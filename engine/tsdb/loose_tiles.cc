#include "engine/tsdb/loose_tiles.h"

#include <algorithm>
#include <utility>

#include "engine/base/sample.h"
#include "engine/tsdb/column_flags.h"

namespace tocsin::tsdb {
namespace {

constexpr uint32_t kTileRowsMax = 256;
constexpr uint32_t kTileSamples = 16 * 1024;  // 128 KiB stay in a second-level cache.
// Columns for those who want the newest sample alone: rows of a tile may be that far behind others.
constexpr uint32_t kNewest = 4;
constexpr uint32_t kBlankRowsMax = 8;  // Rows without samples within a tile.

}  // namespace

void LooseTiles::add(uint32_t row, const LooseRow& loose, const base::ScanWindow& time,
                     CommitSeq seq, base::TileVisitor& visitor) {
  find_slices(loose, time, seq);
  if (slices_.empty()) return;
  const uint32_t skipped = row - (first_row_ + rows_);
  const bool fits = rows_ > 0 && rows_ + skipped < rows_max_ && skipped <= kBlankRowsMax && plan();
  if (!fits) {
    flush(visitor);
    start(row, time);
  } else {
    adopt_plan();
    for (uint32_t i = 0; i < skipped; ++i) blank(rows_++, 0, columns());
  }
  store_row();
}

void LooseTiles::find_slices(const LooseRow& loose, const base::ScanWindow& time, CommitSeq seq) {
  slices_.clear();
  if (!time.newest_only) return loose.find(time.from, time.to, seq, slices_);
  RunSlice newest = loose.find_newest(time.from, time.to, seq);
  if (newest.size() == 0) return;
  const bool ends_with_sample =
      newest.run->is_raw() && !base::is_absent(newest.run->values()[newest.end - 1]);
  if (ends_with_sample)
    newest.begin = std::max(newest.begin, newest.end - std::min(newest.end, kNewest));
  slices_.push_back(newest);
}

// Where the row's samples come in the tile, if its columns, or those and more behind, have them.
bool LooseTiles::plan() {
  plan_ = parts_;
  size_t part = 0;
  return std::all_of(slices_.begin(), slices_.end(),
                     [&](const RunSlice& slice) { return plan_slice(slice, part); });
}

bool LooseTiles::plan_slice(const RunSlice& slice, size_t& part) {
  const TimeAxis* axis = &slice.run->axis();
  const uint32_t begin = slice.run->first() + slice.begin;
  const uint32_t end = slice.run->first() + slice.end;
  while (part < plan_.size() && plan_[part].axis != axis) ++part;
  if (part == plan_.size()) {
    if (!plan_.empty()) {
      const Part& last = plan_.back();
      if (axis->t()[begin] <= last.axis->t()[last.end - 1]) return false;
    }
    plan_.push_back({axis, begin, end, plan_.empty() ? 0 : plan_.back().columns_end()});
    return true;
  }
  Part& found = plan_[part];
  if (begin < found.begin) return false;
  if (end <= found.end) return true;
  found.end = end;
  return part + 1 == plan_.size();  // In front of other parts it cannot grow.
}

// A tile for the row, with columns for those after it that began earlier on the same axis.
void LooseTiles::start(uint32_t row, const base::ScanWindow& time) {
  parts_.clear();
  t_.clear();
  plan();
  Part& front = plan_.front();
  const base::TimestampMs* t = front.axis->t();
  const uint32_t least = time.newest_only ? front.begin - std::min(front.begin, kNewest) : 0;
  front.begin = static_cast<uint32_t>(std::upper_bound(t + least, t + front.begin, time.from) - t);
  uint32_t columns = 0;
  for (Part& part : plan_) {
    part.column = columns;
    columns = part.columns_end();
  }
  rows_max_ = std::clamp(kTileSamples / columns / kLanes * kLanes, kLanes, kTileRowsMax);
  stride_ = rows_max_ + kLanes;  // Columns a power of two apart would share cache lines.
  first_row_ = row;
  rows_ = 0;
  adopt_plan();
}

void LooseTiles::adopt_plan() {
  const uint32_t before = columns();
  const Part& last = plan_.back();
  if (last.columns_end() != before) {
    for (const Part& part : plan_) {
      const uint32_t known = std::clamp(before, part.column, part.columns_end()) - part.column;
      t_.insert(t_.end(), part.axis->t() + part.begin + known, part.axis->t() + part.end);
    }
    if (buffer_.size() < columns() * stride_) buffer_.resize(columns() * stride_);
    for (uint32_t row = 0; row < rows_; ++row) blank(row, before, columns());
  }
  parts_.swap(plan_);
}

void LooseTiles::store_row() {
  uint32_t done = 0;
  auto part = parts_.begin();
  for (const RunSlice& slice : slices_) {
    while (part->axis != &slice.run->axis()) ++part;
    const uint32_t column = part->column + (slice.run->first() + slice.begin - part->begin);
    blank(rows_, done, column);
    slice.run->read(slice.begin, slice.end, at(column, rows_), stride_);
    done = column + slice.size();
  }
  blank(rows_, done, columns());
  ++rows_;
}

void LooseTiles::blank(uint32_t row, uint32_t begin, uint32_t end) {
  for (uint32_t c = begin; c < end; ++c) *at(c, row) = base::absent_marker();
}

void LooseTiles::flush(base::TileVisitor& visitor) {
  if (rows_ == 0) return;
  values_.resize(columns());
  gaps_.resize(columns());
  drops_.resize(columns());
  for (uint32_t c = 0; c < columns(); ++c) {
    values_[c] = at(c, 0);
    const ColumnFlags flags = flags_of(values_[c], values_[c == 0 ? 0 : c - 1], rows_);
    gaps_[c] = flags.has_gap ? 1 : 0;
    drops_[c] = flags.has_drop ? 1 : 0;
  }
  const uint32_t rows = std::exchange(rows_, 0);
  if (!has_samples(rows)) return;
  base::Tile tile;
  tile.first_row = first_row_;
  tile.rows = rows;
  tile.t = t_;
  tile.values = values_.data();
  tile.gaps = gaps_.data();
  tile.drops = drops_.data();
  visitor.on_tile(tile);
}

// What a row missed may be all that it has in the window.
bool LooseTiles::has_samples(uint32_t rows) const {
  if (std::find(gaps_.begin(), gaps_.end(), 0) != gaps_.end()) return true;
  return std::any_of(values_.begin(), values_.end(), [rows](const double* column) {
    return std::any_of(column, column + rows, [](double v) { return !base::is_absent(v); });
  });
}

}  // namespace tocsin::tsdb
