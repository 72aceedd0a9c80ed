// Storing one column: the loop that every sample goes through.
#pragma once

#include <cstdint>
#include <span>

#include "engine/tsdb/block.h"

namespace tocsin::tsdb {

struct ColumnCounts {
  uint32_t samples = 0;  ///< Values.
  uint32_t stale = 0;    ///< Stale markers added for rows that vanished.
};

/// Writes column `c` of `chunk`: slot s takes buffer[source[s]]; where that is absent and
/// `previous` (the column before, null: all absent) has a value, a stale marker. Sets the flags.
/// Shapes: source, previous: chunk.slots().
ColumnCounts fill_column(std::span<const uint32_t> source, const double* buffer,
                         const double* previous, RawChunk& chunk, uint32_t c);

/// True when fill_column would write anything but absent markers.
bool column_needed(std::span<const uint32_t> source, const double* buffer, const double* previous);

}  // namespace tocsin::tsdb
