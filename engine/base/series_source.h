// How queries read samples: a selection of series, scanned as tiles of columns.
// The store implements this, the evaluator reads it; neither knows the other.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/histogram.h"
#include "engine/base/labels.h"
#include "engine/base/matcher.h"
#include "engine/base/sample.h"
#include "engine/base/status.h"

namespace tocsin::base {

/// A start timestamp that nobody told.
inline constexpr TimestampMs kNoStart = 0;

/// Consecutive rows of a selection whose samples share timestamps: a rectangle of doubles, one
/// contiguous column per timestamp. A single series with timestamps of its own is a tile of one
/// row.
struct Tile {
  uint32_t first_row = 0;          ///< Row number in the RowSet.
  uint32_t rows = 0;               ///< At least 1.
  std::span<const TimestampMs> t;  ///< Columns, strictly ascending, at least one.
  /// values[c][i] is row first_row+i at t[c]; may be the absent or the stale marker (sample.h).
  const double* const* values = nullptr;
  /// gaps[c] == 0: every row of the tile has a value at column c. Non-zero: some may not.
  const uint8_t* gaps = nullptr;
  /// drops[c] == 0: no row's value at c is lower than its value at column c−1 where both are values
  /// (for c == 0 meaningless). Non-zero: some may be.
  const uint8_t* drops = nullptr;
  /// When the counting behind each sample began. Null: unknown for all of the tile, as is
  /// starts[c] == nullptr for a column; else starts[c][i] is of row first_row+i at t[c] (kNoStart:
  /// unknown).
  const TimestampMs* const* starts = nullptr;
};

/// A series that has at least one native histogram among the samples read. Ascending in t;
/// h[i] != nullptr: sample i is a histogram, else it is v[i] (which may be the stale marker).
struct MixedSeries {
  uint32_t row = 0;
  std::span<const TimestampMs> t;
  std::span<const double> v;
  std::span<const HistogramPtr> h;
  std::span<const TimestampMs> starts = {};  ///< As Tile::starts: empty, or one per sample.
};

/// Receives what a scan finds. What is passed lives only during the call.
class TileVisitor {
 public:
  virtual ~TileVisitor() = default;
  virtual void on_tile(const Tile& tile) = 0;
  virtual void on_mixed(const MixedSeries& series) = 0;
};

/// The series of a selection at some moment. Immutable. Rows that lie together in the store are
/// neighbours here. Sources derive from it to keep their own placement data.
struct RowSet {
  virtual ~RowSet() = default;
  uint64_t version = 0;        ///< Changes exactly when the rows do; never 0.
  std::vector<Labels> labels;  ///< One per row, all different.
  /// Who writes the rows (StreamWriter::number), ascending. May change while `version` stays.
  std::vector<uint32_t> writers = {};
};

/// Rows [begin, end) of a RowSet.
struct RowRange {
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// A point in the order of a source's commits. Scans as of the same moment see the same commits,
/// whatever is committed meanwhile, on any threads. What they may see is kept as long as the moment
/// is held, so not for longer than a query runs. Thread-safe but for being moved.
class Moment {
 public:
  /// None: every scan takes one of its own.
  Moment() = default;
  /// For sources: commits numbered less than `number` are seen. `hold` is where the source notes
  /// who reads; it gets 0 in the end.
  Moment(uint64_t number, std::atomic<uint64_t>& hold) : number_(number), hold_(&hold) {}
  Moment(Moment&& other) noexcept
      : number_(std::exchange(other.number_, 0)), hold_(std::exchange(other.hold_, nullptr)) {}
  Moment& operator=(Moment&& other) noexcept {
    std::swap(number_, other.number_);
    std::swap(hold_, other.hold_);
    return *this;
  }
  ~Moment() {
    if (hold_ != nullptr) hold_->store(0, std::memory_order_release);
  }

  explicit operator bool() const { return hold_ != nullptr; }
  uint64_t number() const { return number_; }

 private:
  uint64_t number_ = 0;
  std::atomic<uint64_t>* hold_ = nullptr;
};

/// Which samples a scan reads: those with from < t <= to.
struct ScanWindow {
  TimestampMs from = 0;
  TimestampMs to = 0;
  /// The caller wants the newest sample of each row alone: a tile may begin at the last column in
  /// which all its rows have a value.
  bool newest_only = false;
  /// Of the selection's source. Null, or none: the scan's own.
  const Moment* as_of = nullptr;
};

/// The series that match some matchers, kept up to date by its source: a series is tested once,
/// when it is born. Thread-safe.
class Selection {
 public:
  virtual ~Selection() = default;
  /// The series now: the same pointer as last time when nothing changed. O(1) then.
  virtual std::shared_ptr<const RowSet> rows() = 0;
  /// Visits all samples of `range` of `rows` (a RowSet of this selection) in the window. Each row
  /// appears in at most one tile or mixed series; rows without samples in none. Tiles come in
  /// ascending row order. Takes no lock; sees each scrape whole or not at all.
  virtual Status scan(const RowSet& rows, RowRange range, const ScanWindow& window,
                      TileVisitor& visitor) const = 0;
};

/// Where series come from. Thread-safe.
class SeriesSource {
 public:
  virtual ~SeriesSource() = default;
  /// A selection; as long as it is held, it is kept up to date. Fails only with kLimit.
  virtual Result<std::shared_ptr<Selection>> select(const Matchers& matchers) = 0;
  /// Now: a query takes one before it looks at the rows, and passes it to all its scans. Cheap.
  /// Sources that do not change while a query runs need none.
  virtual Moment now() { return {}; }
  /// Label sets that match any of `selectors` (empty: all) and have a sample in [from, to].
  virtual Result<std::vector<Labels>> series(const std::vector<Matchers>& selectors,
                                             TimestampMs from, TimestampMs to) = 0;
};

}  // namespace tocsin::base
