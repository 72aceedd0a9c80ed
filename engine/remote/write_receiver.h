// Stores what remote write sends.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/metrics.h"
#include "engine/base/sample_sink.h"
#include "engine/remote/row_table.h"
#include "engine/remote/write_request.h"

namespace tocsin::remote {

/// What became of a request.
struct WriteOutcome {
  uint64_t samples = 0;  ///< Stored.
  uint64_t out_of_order = 0;
  uint64_t duplicate = 0;
  uint64_t too_far = 0;  ///< More than kFutureMax ahead of the clock.
  uint32_t skipped_series = 0;
  bool all_stored() const { return out_of_order + duplicate + too_far == 0; }
};

/// Samples further ahead of the clock are refused. Source: prometheus
/// storage/remote/write_handler.go.
inline constexpr base::DurationMs kFutureMax = 10 * base::kMinute;

/// Writes requests to one stream of the sink, each series with its own timestamps. Thread-safe;
/// requests take turns.
///
/// DIFFERS: of a request with samples that are out of order, the good ones are stored (upstream
/// rolls all of it back); the answer is 400 all the same.
class WriteReceiver {
 public:
  /// All references must outlive the receiver.
  WriteReceiver(base::SampleSink& sink, const base::Clock& clock, base::MetricRegistry& metrics);
  /// Fails with kLimit when the store takes no more series, and with kInternal.
  base::Result<WriteOutcome> write(const WriteRequest& request);

 private:
  using Row = RowTable::Row;

  base::Result<std::vector<Row*>> rows_of(const WriteRequest& request, WriteOutcome& out);
  Row* row_of(std::span<const base::LabelView> labels, std::vector<Row*>& fresh);
  base::Status add_rows(std::span<Row* const> fresh);
  void add(const WriteRequest& request, const WrittenSeries& series, base::WriterRow row,
           WriteOutcome& out);
  void forget_idle(base::TimestampMs now);

  const base::Clock& clock_;
  base::Counter& samples_;
  base::Counter& refused_;
  std::mutex mutex_;
  std::unique_ptr<base::StreamWriter> writer_;
  RowTable rows_;
  // Of the request under way.
  base::TimestampMs now_ = 0;
  uint64_t queued_ = 0;  // Samples.
  base::TimestampMs last_sweep_ = 0;
};

}  // namespace tocsin::remote
