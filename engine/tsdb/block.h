// What a stream's samples are kept in. Time runs over axes (a few columns each), rows over slabs
// (up to 4096 slots each); a chunk is where an axis meets a slab: raw doubles, column after column,
// or the same frozen: compressed row by row.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/time.h"
#include "engine/tsdb/chunk_pool.h"
#include "engine/tsdb/codec.h"
#include "engine/tsdb/commit_stamp.h"

namespace tocsin::tsdb {

inline constexpr uint32_t kRawColumns = 8;                   ///< Columns of a raw chunk, at most.
inline constexpr uint32_t kFrozenColumns = 2 * kRawColumns;  ///< Two raw chunks freeze to one.
inline constexpr uint32_t kLanes = 8;                        ///< Slots of one cache line.
inline constexpr uint32_t kSlabSlotsMax = 4096;
static_assert(kFrozenColumns <= kRowValuesMax);

/// Counts the columns of a stream, from 0. The unit of publication: one per commit.
using ColumnSeq = uint32_t;

/// The timestamps of neighbouring columns. Columns [0, columns) are published, never changed again.
struct Axis {
  ColumnSeq first_seq = 0;
  uint32_t capacity = kRawColumns;
  bool frozen = false;
  bool freezes_alone = false;  ///< Instead of together with the next one.
  std::atomic<uint32_t> columns{0};
  /// One per column. Null: whoever sees the axis sees all of it.
  std::unique_ptr<std::array<CommitStamp, kRawColumns>> stamps;
  std::array<base::TimestampMs, kFrozenColumns> t{};

  bool is_full() const { return columns.load(std::memory_order_acquire) == capacity; }
  base::TimestampMs last_t() const { return t[columns.load(std::memory_order_acquire) - 1]; }
  /// Columns seen at `moment`.
  uint32_t seen_at(uint64_t moment, Epochs& epochs) const;
};

/// Bit i of gaps[c]: slot i of the line has no value at column c. Bit i of drops[c]: its value at c
/// is lower than the one at c−1, and both are values. Bytes, so that a writer may fill a column
/// while readers look at those before.
struct LaneFlags {
  std::array<uint8_t, kRawColumns> gaps;
  std::array<uint8_t, kRawColumns> drops;
};

/// kRawColumns columns of `slots` doubles, each on cache lines of its own.
class RawChunk {
 public:
  /// The first `absent_columns` columns are absent; the others must be written before they are
  /// published.
  RawChunk(uint32_t slots, uint32_t absent_columns, std::shared_ptr<ChunkPool> pool);
  ~RawChunk() { pool_->give(values_, bytes()); }
  RawChunk(const RawChunk&) = delete;
  RawChunk& operator=(const RawChunk&) = delete;

  uint32_t slots() const { return slots_; }
  const double* column(uint32_t c) const { return values_ + size_t{c} * slots_; }
  double* column(uint32_t c) { return values_ + size_t{c} * slots_; }
  const LaneFlags* flags() const { return flags_; }
  LaneFlags* flags() { return flags_; }
  size_t bytes() const;

 private:
  const std::shared_ptr<ChunkPool> pool_;
  const uint32_t slots_;
  double* const values_;
  LaneFlags* const flags_;  // Behind the values, one for each line.
};

/// A slab's values over one frozen axis. Immutable.
class FrozenChunk {
 public:
  /// Compresses columns given as pointers to `slots` values each (null: all absent).
  FrozenChunk(std::span<const double* const> columns, uint32_t slots);

  /// Writes row `slot` to out[c * stride] for every column c.
  void decode(uint32_t slot, double* out, size_t stride) const;
  bool row_is_absent(uint32_t slot) const { return lengths_[slot] == 0; }
  size_t bytes() const;

 private:
  uint32_t columns_;
  std::vector<uint32_t> starts_;  // Of every kLanes-th row.
  std::vector<uint8_t> lengths_;
  std::vector<uint8_t> bytes_;
};

/// Either kind, or neither: all slots absent over the whole axis.
struct ChunkRef {
  std::shared_ptr<RawChunk> raw;
  std::shared_ptr<const FrozenChunk> frozen;
  // Of the raw chunk: a scan of cold memory saves a step.
  const double* values = nullptr;
  const LaneFlags* flags = nullptr;

  void set_raw(std::shared_ptr<RawChunk> chunk);
};

/// A slab's chunks, one for each axis.
struct SlabView {
  uint32_t slots = 0;
  std::vector<ChunkRef> chunks;
};

/// What readers see of a stream, apart from the number of columns published on the last axis.
/// Immutable once published; axes in time order, only the last one grows.
struct StreamView {
  std::vector<std::shared_ptr<Axis>> axes;
  std::vector<SlabView> slabs;
  CommitStamp stamp;                  ///< Of its publication.
  const StreamView* older = nullptr;  ///< What readers of before look at; null: of the first one.

  /// A copy to be edited and published next.
  std::shared_ptr<StreamView> successor() const;
  /// One past the last column seen at `moment`, at which the view itself is.
  ColumnSeq end_seq(uint64_t moment, Epochs& epochs) const {
    if (axes.empty()) return 0;
    return axes.back()->first_seq + axes.back()->seen_at(moment, epochs);
  }
};

}  // namespace tocsin::tsdb
