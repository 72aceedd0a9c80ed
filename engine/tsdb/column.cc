#include "engine/tsdb/column.h"

#include <bit>
#include <cassert>

#include "engine/base/sample.h"

namespace tocsin::tsdb {
namespace {

// Compared as integers: the markers are signalling NaNs.
uint64_t bits_of(double v) { return std::bit_cast<uint64_t>(v); }
bool is_value_bits(uint64_t bits) {
  return (bits != base::kAbsentBits) & (bits != base::kStaleBits);
}

struct Line {
  uint8_t gaps = 0;
  uint8_t drops = 0;
  uint8_t stale = 0;
};

template <bool kHasPrevious>
Line fill_line(const uint32_t* source, const double* buffer, const double* previous, double* out) {
  unsigned gaps = 0;
  unsigned drops = 0;
  unsigned stale = 0;
  for (unsigned i = 0; i < kLanes; ++i) {
    double v = buffer[source[i]];
    const bool has = is_value_bits(bits_of(v));
    gaps |= static_cast<unsigned>(!has) << i;
    if constexpr (kHasPrevious) {
      const bool had = is_value_bits(bits_of(previous[i]));
      drops |= static_cast<unsigned>(has & had & (v < previous[i])) << i;
      if (had && bits_of(v) == base::kAbsentBits) {
        v = base::stale_marker();
        stale |= 1u << i;
      }
    }
    out[i] = v;
  }
  return {static_cast<uint8_t>(gaps), static_cast<uint8_t>(drops), static_cast<uint8_t>(stale)};
}

template <bool kHasPrevious>
ColumnCounts fill(std::span<const uint32_t> source, const double* buffer, const double* previous,
                  RawChunk& chunk, uint32_t c) {
  ColumnCounts counts;
  double* out = chunk.column(c);
  for (uint32_t first = 0; first < source.size(); first += kLanes) {
    const Line line = fill_line<kHasPrevious>(
        source.data() + first, buffer, kHasPrevious ? previous + first : nullptr, out + first);
    LaneFlags& flags = chunk.flags()[first / kLanes];
    flags.gaps[c] = line.gaps;
    flags.drops[c] = line.drops;
    counts.samples += kLanes - static_cast<uint32_t>(std::popcount(line.gaps));
    counts.stale += static_cast<uint32_t>(std::popcount(line.stale));
  }
  return counts;
}

}  // namespace

ColumnCounts fill_column(std::span<const uint32_t> source, const double* buffer,
                         const double* previous, RawChunk& chunk, uint32_t c) {
  assert(source.size() == chunk.slots());
  return previous == nullptr ? fill<false>(source, buffer, previous, chunk, c)
                             : fill<true>(source, buffer, previous, chunk, c);
}

bool column_needed(std::span<const uint32_t> source, const double* buffer, const double* previous) {
  for (size_t i = 0; i < source.size(); ++i) {
    if (bits_of(buffer[source[i]]) != base::kAbsentBits) return true;
    if (previous != nullptr && is_value_bits(bits_of(previous[i]))) return true;
  }
  return false;
}

}  // namespace tocsin::tsdb
