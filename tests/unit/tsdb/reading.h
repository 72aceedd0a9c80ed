// Reads a store through its public interface and checks what the interface promises on the way.
#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/base/sample.h"
#include "engine/base/series_source.h"

namespace tocsin::tsdb {

/// A sample as bits, so that NaNs compare; `histogram_count` is −1 for floats.
struct Seen {
  base::TimestampMs t = 0;
  uint64_t bits = 0;
  double histogram_count = -1;
  bool operator==(const Seen&) const = default;
};

inline Seen value_at(base::TimestampMs t, double v) { return {t, std::bit_cast<uint64_t>(v), -1}; }
inline Seen stale_at(base::TimestampMs t) { return {t, base::kStaleBits, -1}; }
inline Seen histogram_at(base::TimestampMs t, double count) { return {t, 0, count}; }

/// Samples by label set as text.
using SeenSeries = std::map<std::string, std::vector<Seen>>;

struct Reading {
  SeenSeries series;
  std::vector<uint32_t> tile_rows;  ///< Rows of each tile, in order of arrival.
  std::vector<std::string> broken;  ///< Promises of the interface that were not kept.
};

/// All samples of `selection` with from < t <= to, of rows in `range` (default: all).
Reading read(base::Selection& selection, base::TimestampMs from, base::TimestampMs to,
             const base::Moment& as_of = {});
Reading read(base::Selection& selection, const base::RowSet& rows, base::RowRange range,
             const base::ScanWindow& window);
/// The same for a fresh selection.
Reading read(base::SeriesSource& source, const base::Matchers& matchers, base::TimestampMs from,
             base::TimestampMs to);

std::ostream& operator<<(std::ostream& out, const Seen& seen);

}  // namespace tocsin::tsdb
