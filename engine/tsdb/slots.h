// Where in a stream's slabs rows are put: rows of one metric side by side.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/symbols.h"
#include "engine/tsdb/block.h"

namespace tocsin::tsdb {

/// A slot of a stream: slab number and place in the slab.
struct SlotAddress {
  uint32_t packed = 0;

  static SlotAddress of(uint32_t slab, uint32_t slot) { return {slab * kSlabSlotsMax + slot}; }
  uint32_t slab() const { return packed / kSlabSlotsMax; }
  uint32_t slot() const { return packed % kSlabSlotsMax; }
  auto operator<=>(const SlotAddress&) const = default;
};

/// Hands out slots. Not thread-safe.
class SlotSpace {
 public:
  /// A slot per row, rows of equal metric next to each other in the order given; runs of a cache
  /// line or more start on one. Takes free slots first, then adds slabs: see slab_slots().
  std::vector<SlotAddress> place(std::span<const base::Symbol> metrics);
  /// Gives a slot back.
  void release(SlotAddress address);
  /// Slots of every slab so far.
  const std::vector<uint32_t>& slab_slots() const { return slab_slots_; }

 private:
  std::optional<SlotAddress> take(uint32_t count);
  void add_slab(uint32_t slots_wanted);
  void add_free(uint32_t start, uint32_t count);

  std::vector<uint32_t> slab_slots_;
  std::map<uint32_t, uint32_t> free_;  // Packed address → count; never across slabs.
  uint32_t slots_ = 0;
};

}  // namespace tocsin::tsdb
