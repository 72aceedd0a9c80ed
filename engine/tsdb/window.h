// A stream's columns within a time range.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/series_source.h"
#include "engine/tsdb/stream.h"

namespace tocsin::tsdb {

/// Columns [begin, end) of one axis.
struct AxisSpan {
  uint32_t axis = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// The columns with from < t <= to, oldest first.
struct Window {
  std::vector<AxisSpan> spans;
  std::vector<base::TimestampMs> t;  ///< Of all spans, one after the other.

  void assign(const StreamSnapshot& snapshot, const base::ScanWindow& time);
  /// The last of these columns alone, or none.
  void assign_newest(const StreamSnapshot& snapshot, const base::ScanWindow& time);
};

/// The columns of a window for neighbouring slots of a slab, as a Tile wants them. Reused from tile
/// to tile, so that its buffers are allocated once per scan.
class WindowReader {
 public:
  /// `absent`: kSlabSlotsMax absent markers, outliving the reader.
  explicit WindowReader(const double* absent) : absent_(absent) {}

  /// Points values, gaps and drops at `count` slots from `at`. Frozen columns are decoded into a
  /// buffer of the reader; raw ones are pointed at where they lie.
  void read(const StreamView& view, const Window& window, SlotAddress at, uint32_t count);

  const std::vector<const double*>& values() const { return values_; }
  const std::vector<uint8_t>& gaps() const { return gaps_; }
  const std::vector<uint8_t>& drops() const { return drops_; }
  /// False when all slots are absent in all columns.
  bool has_samples(uint32_t count) const;

 private:
  struct SlotRange {
    uint32_t slot;
    uint32_t count;
  };
  void read_raw(const ChunkRef& chunk, uint32_t slab_slots, const AxisSpan& span, SlotRange range);
  void read_frozen(const FrozenChunk& chunk, const AxisSpan& span, uint32_t slot, uint32_t count);
  void read_absent(const AxisSpan& span);

  const double* absent_;
  std::vector<const double*> values_;
  std::vector<uint8_t> gaps_;
  std::vector<uint8_t> drops_;
  std::vector<double> decoded_;
  size_t decoded_used_ = 0;
};

}  // namespace tocsin::tsdb
