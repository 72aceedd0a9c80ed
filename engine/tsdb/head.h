// What the store's parts share: the index, the streams, the standing selections, and their lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/sample_sink.h"
#include "engine/tsdb/epoch.h"
#include "engine/tsdb/scan.h"
#include "engine/tsdb/series.h"
#include "engine/tsdb/stream.h"

namespace tocsin::tsdb {

class StoreSelection;
struct StoreRowSet;

/// Bounds and times of a store.
struct Options {
  base::DurationMs retention = 2 * base::kHour;  ///< Samples older than this are dropped; 0: none.
  uint64_t series_max = 0;                       ///< 0: no limit.
  uint32_t labels_max = 1024;                    ///< Labels of one series.
  uint32_t label_bytes_max = 64 * 1024;          ///< Names and values of one series together.
  uint32_t selections_max = 100'000;             ///< Selections held at once.
};

/// Totals since the start.
struct StoreCounters {
  std::atomic<uint64_t> samples{0};
  std::atomic<uint64_t> stale_markers{0};
  std::atomic<uint64_t> out_of_order{0};
  std::atomic<uint64_t> duplicates{0};
  std::atomic<uint64_t> series_created{0};
  std::atomic<uint64_t> series_removed{0};
};

/// Selections that want to hear of new series, by the metric name they ask for ("" with no single
/// name: all). Guarded by Head::mutex.
class SelectionRegistry {
 public:
  /// A selection with the same matchers that somebody still holds, or null.
  std::shared_ptr<StoreSelection> find(const std::string& key) const;
  void add(const std::string& key, const std::shared_ptr<StoreSelection>& selection);
  size_t size() const { return by_key_.size(); }
  /// A series was born.
  void on_new(SeriesId id, const base::Labels& labels) const;
  /// A series lies elsewhere now.
  void on_moved(const base::Labels& labels) const;
  /// Series are about to be forgotten. Drops selections that nobody holds any more, too.
  void on_forgotten(const std::vector<SeriesId>& ids);
  void sweep();

 private:
  using List = std::vector<std::weak_ptr<StoreSelection>>;
  std::unordered_map<std::string, std::weak_ptr<StoreSelection>> by_key_;
  std::unordered_map<std::string, List> by_metric_;
  List nameless_;
};

/// Lock order: a selection's own lock, then `mutex`, then a stream's.
struct Head {
  Head(const Options& o, const base::Clock& c);

  /// Visits the samples of `range` of `rows` in `window`. Takes no lock that a writer holds.
  void scan(const StoreRowSet& rows, base::RowRange range, const base::ScanWindow& window,
            base::TileVisitor& visitor);

  const Options options;
  const base::Clock& clock;
  const std::shared_ptr<ChunkPool> pool = std::make_shared<ChunkPool>();
  Epochs epochs;
  ScanScratchPool scratches;
  StoreCounters counters;
  const std::vector<double> absent;  ///< kSlabSlotsMax absent markers.
  std::atomic<uint64_t> next_version{1};

  mutable std::mutex mutex;
  SeriesIndex index;
  SelectionRegistry selections;
  std::map<uint32_t, std::shared_ptr<Stream>> streams;  ///< By number, in order of opening.
  uint32_t next_stream = 1;
};

/// A writer to a new stream of `head`.
std::unique_ptr<base::StreamWriter> open_writer(const std::shared_ptr<Head>& head,
                                                std::string name);

}  // namespace tocsin::tsdb
