// What a tile tells of a column: whether its rows have gaps, and drops against the column before.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/base/sample.h"
#include "engine/tsdb/block.h"

namespace tocsin::tsdb {

struct ColumnFlags {
  bool has_gap = false;   ///< Some row has no value.
  bool has_drop = false;  ///< Some row's value is lower than the one before; both are values.
};

/// Flags of a column of `rows` values; `before`: the column before, or `now` when there is none.
inline ColumnFlags flags_of(const double* now, const double* before, uint32_t rows) {
  uint64_t nans = 0;
  uint64_t drops = 0;
  uint32_t i = 0;
  // Both markers are NaNs: a column without any has no gap, and they are never lower or higher.
  for (; i + kLanes <= rows; i += kLanes) {
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      nans |= static_cast<uint64_t>(now[i + lane] != now[i + lane]);
      drops |= static_cast<uint64_t>(now[i + lane] < before[i + lane]);
    }
  }
  for (; i < rows; ++i) {
    nans |= static_cast<uint64_t>(now[i] != now[i]);
    drops |= static_cast<uint64_t>(now[i] < before[i]);
  }
  const bool has_gap =
      nans != 0 && std::any_of(now, now + rows, [](double v) { return !base::is_value(v); });
  return {has_gap, drops != 0};
}

}  // namespace tocsin::tsdb
