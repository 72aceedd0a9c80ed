// The in-memory time series store: the only header of this folder that others need.
//
// Samples of one writer (a scrape target, a rule) share their timestamps, so they are stored as
// columns (stream.h, block.h); series are found by metric name, and standing selections hear of new
// ones as they are born (selection.h). Writers of different streams and readers run in parallel;
// a scan takes no lock and sees each commit whole or not at all.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/sample_sink.h"
#include "engine/base/series_source.h"
#include "engine/tsdb/head.h"
#include "engine/tsdb/recent_selections.h"

namespace tocsin::tsdb {

/// For metrics and people.
struct StoreStats {
  uint64_t series = 0;  ///< In the store now.
  uint64_t series_created = 0;
  uint64_t series_removed = 0;
  uint64_t samples_appended = 0;
  uint64_t stale_markers = 0;
  uint64_t out_of_order = 0;
  uint64_t duplicates = 0;
  uint64_t streams = 0;
  uint64_t blocks = 0;  ///< Spans of time of all streams.
  uint64_t raw_chunks = 0;
  uint64_t frozen_chunks = 0;
  uint64_t loose_pieces = 0;  ///< Runs of samples with timestamps of their own.
  uint64_t selections = 0;
  uint64_t bytes = 0;  ///< Of samples, rows and index; label texts not counted.
};

/// Thread-safe. Outlives its writers, selections and row sets.
class Store final : public base::SampleSink, public base::SeriesSource {
 public:
  Store(const Options& options, const base::Clock& clock);

  std::unique_ptr<base::StreamWriter> open_stream(std::string name) override;
  base::Result<std::shared_ptr<base::Selection>> select(const base::Matchers& matchers) override;
  base::Moment now() override;
  base::Result<std::vector<base::Labels>> series(const std::vector<base::Matchers>& selectors,
                                                 base::TimestampMs from,
                                                 base::TimestampMs to) override;

  /// Names of labels of the series that series() returns, sorted.
  base::Result<std::vector<std::string>> label_names(const std::vector<base::Matchers>& selectors,
                                                     base::TimestampMs from, base::TimestampMs to);
  /// Values of label `name` among the series that series() returns, sorted.
  base::Result<std::vector<std::string>> label_values(std::string_view name,
                                                      const std::vector<base::Matchers>& selectors,
                                                      base::TimestampMs from, base::TimestampMs to);

  /// Compresses full blocks, drops what is older than the retention and forgets series that have
  /// nothing left. Call every few seconds; takes a fraction of a second at most and delays neither
  /// commits nor scans.
  void housekeep();

  StoreStats stats() const;

 private:
  std::shared_ptr<StoreSelection> find_or_make(const std::string& key,
                                               const base::Matchers& matchers);
  void forget_expired(base::TimestampMs floor);

  const std::shared_ptr<Head> head_;
  std::mutex housekeeping_;  // One at a time.
  base::TimestampMs last_trim_ = 0;
  RecentSelections recent_;
};

}  // namespace tocsin::tsdb
