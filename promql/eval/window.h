// The samples of one window, as kernels see them: by row, or by column for many rows at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/time.h"

namespace tocsin::promql {

/// a − b, held at the ends of the range of timestamps: `@` may name the very last one.
inline base::TimestampMs saturating_sub(base::TimestampMs a, base::DurationMs b) {
  base::TimestampMs result = 0;
  if (!__builtin_sub_overflow(a, b, &result)) return result;
  return b > 0 ? INT64_MIN : INT64_MAX;
}

/// The window (start, end] of a step.
struct WindowTimes {
  base::TimestampMs start = 0;
  base::TimestampMs end = 0;
  base::TimestampMs step_time = 0;  ///< Of the evaluation: not shifted by offset or @.
  double range_seconds = 0;         ///< As written in the query.
  /// Samples in (samples_from, samples_to] are looked at: anchored and smoothed windows reach
  /// beyond the range, all others do not.
  base::TimestampMs samples_from = 0;
  base::TimestampMs samples_to = 0;
};

/// One row's values in a window, ascending in t, without stale markers; never empty.
struct RowWindow {
  std::span<const base::TimestampMs> t;
  std::span<const double> v;
  WindowTimes times;
  double trend = 0;  ///< The second scalar argument, of the one function that has two.
  std::span<const base::TimestampMs> starts = {};  ///< Empty, or one per value (base::Tile).
};

/// Many rows that share timestamps and have a value in every column.
struct ColumnWindow {
  std::span<const base::TimestampMs> t;    ///< One per column, at least one.
  const double* const* columns = nullptr;  ///< t.size() pointers to `rows` doubles each.
  const uint8_t* drops = nullptr;          ///< As base::Tile::drops, for these columns.
  size_t rows = 0;
  WindowTimes times;
};

/// A function of one row's window. `param` is the scalar argument, if the function has one.
/// Returns false when the window gives no result.
using RowKernel = bool (*)(const RowWindow& window, double param, double& out);

/// The same for all rows of a tile; out: one per row. Every row gets a result, bit for bit the one
/// of the row kernel.
using ColumnKernel = void (*)(const ColumnWindow& window, double param, double* out);

/// For functions that count events between neighbouring samples: sum[i] = sum_before[i] plus one if
/// there is an event from before[i] to after[i].
using EventKernel = void (*)(const double* before, const double* after, const uint32_t* sum_before,
                             uint32_t* sum, size_t rows);

/// Rows worked on at once by column kernels, so that what they accumulate stays in the first cache.
inline constexpr size_t kRowsPerBlock = 512;

}  // namespace tocsin::promql
