// How samples get into the store: a stream per writer, a column per scrape or evaluation.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/histogram.h"
#include "engine/base/labels.h"
#include "engine/base/sample.h"
#include "engine/base/status.h"

namespace tocsin::base {

/// A series as its writer numbers it; stable until the writer removes it.
using WriterRow = uint32_t;
inline constexpr WriterRow kNoRow = 0xffffffff;

/// What a commit did.
struct CommitStats {
  uint32_t samples = 0;       ///< Values stored, stale markers not counted.
  uint32_t stale = 0;         ///< Stale markers written for series that ended.
  uint32_t out_of_order = 0;  ///< Loose samples refused as older than what the series has.
  uint32_t duplicate = 0;     ///< Loose samples refused: same timestamp, another value.
};

/// One writer of samples: a scrape target, a rule, a remote-write source. Used by one thread at a
/// time. Destroying it leaves the data as it is; close() ends the series first.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;

  /// What RowSet::writers calls this writer; 0 when its sink numbers none.
  virtual uint32_t number() const { return 0; }

  /// Adds series, all at once (the store places rows of one metric side by side) and returns the
  /// first's row; the others follow. A label set that this writer has already gets a second row;
  /// avoid that. One that another writer has is merged by readers. Fails with kLimit.
  virtual Result<WriterRow> add_series(std::span<const Labels> labels) = 0;
  /// The row that this writer has for each label set, or kNoRow.
  virtual std::vector<WriterRow> rows_of(std::span<const Labels> labels) const = 0;
  /// Ends a series: it gets a stale marker with the next commit if its last sample was a value;
  /// its row may then be given to another one.
  virtual void remove_series(WriterRow row) = 0;

  /// Starts the column of time `t` and returns its buffer: one double per row, all absent. Rows
  /// added while the column is open grow it: take column() again. Fails with kInvalid when `t` is
  /// not later than the last column.
  virtual Result<std::span<double>> begin(TimestampMs t) = 0;
  /// The open column's buffer.
  virtual std::span<double> column() = 0;
  /// A sample with a timestamp of its own, outside the column. Its series gets no automatic stale
  /// marker.
  virtual void add_loose(WriterRow row, TimestampMs t, double v) = 0;
  /// A native histogram, at any timestamp. With t equal to the column's, staleness is automatic.
  virtual void add_histogram(WriterRow row, TimestampMs t, HistogramPtr h) = 0;
  /// Publishes the open column whole: rows that had a value in the last column and have none now
  /// get a stale marker; readers see all of it or nothing. With no column open it publishes the
  /// loose samples alone, and fails with kInvalid when there are none.
  virtual Result<CommitStats> commit() = 0;
  /// Drops the open column.
  virtual void abandon() = 0;

  /// Writes stale markers at `t` for every series that still lives and that no other writer has,
  /// and removes them.
  virtual Status close(TimestampMs t) = 0;
};

/// Where samples go. Thread-safe.
class SampleSink {
 public:
  virtual ~SampleSink() = default;
  /// A new stream. `name` is for people: "target http://x:9100/metrics", "rule a.yml;g;Alert".
  virtual std::unique_ptr<StreamWriter> open_stream(std::string name) = 0;
};

}  // namespace tocsin::base
