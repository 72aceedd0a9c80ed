#include "engine/app/store_metrics.h"

#include <bitset>
#include <memory>
#include <mutex>

#include "engine/base/symbols.h"

namespace tocsin::app {
namespace {

struct Shown {
  std::string_view name;
  std::string_view help;
  uint64_t tsdb::StoreStats::*field;
};

constexpr Shown kGauges[] = {
    {"prometheus_tsdb_head_series", "Total number of series in the head block.",
     &tsdb::StoreStats::series},
    {"prometheus_tsdb_head_chunks", "Total number of chunks in the head block.",
     &tsdb::StoreStats::frozen_chunks},
    {"tocsin_tsdb_streams", "Writers with a stream of their own.", &tsdb::StoreStats::streams},
    {"tocsin_tsdb_blocks", "Spans of time over all streams.", &tsdb::StoreStats::blocks},
    {"tocsin_tsdb_selections", "Selectors of rules and queries that are kept up to date.",
     &tsdb::StoreStats::selections},
    {"tocsin_tsdb_bytes", "Bytes of samples, rows and index, without label texts.",
     &tsdb::StoreStats::bytes},
};

constexpr Shown kCounters[] = {
    {"prometheus_tsdb_head_samples_appended_total", "Total number of appended samples.",
     &tsdb::StoreStats::samples_appended},
    {"prometheus_tsdb_head_series_created_total", "Total number of series created in the head.",
     &tsdb::StoreStats::series_created},
    {"prometheus_tsdb_head_series_removed_total", "Total number of series removed in the head.",
     &tsdb::StoreStats::series_removed},
    {"prometheus_tsdb_out_of_order_samples_total", "Total number of out of order samples refused.",
     &tsdb::StoreStats::out_of_order},
    {"tocsin_tsdb_duplicate_samples_total", "Samples refused: same time, another value.",
     &tsdb::StoreStats::duplicates},
    {"tocsin_tsdb_stale_markers_total", "Stale markers written.", &tsdb::StoreStats::stale_markers},
};

/// The store's figures for one exposition: they are counted over all streams, with births waiting.
/// An exposition asks for each field once, so the second question for one begins the next.
class ExposedStats {
 public:
  explicit ExposedStats(const tsdb::Store& store) : store_(store) {}

  double read(size_t number, uint64_t tsdb::StoreStats::*field) {
    const std::lock_guard lock(mutex_);
    if (asked_.none() || asked_[number]) {
      stats_ = store_.stats();
      asked_.reset();
    }
    asked_.set(number);
    return static_cast<double>(stats_.*field);
  }

 private:
  const tsdb::Store& store_;
  std::mutex mutex_;
  tsdb::StoreStats stats_;                                        // by mutex_
  std::bitset<std::size(kGauges) + std::size(kCounters)> asked_;  // by mutex_
};

}  // namespace

void register_store_metrics(base::MetricRegistry& metrics, const tsdb::Store& store) {
  const auto stats = std::make_shared<ExposedStats>(store);
  size_t next = 0;
  const auto read = [&](uint64_t tsdb::StoreStats::*field) {
    return [stats, number = next++, field] { return stats->read(number, field); };
  };
  for (const Shown& gauge : kGauges) metrics.gauge_from(gauge.name, gauge.help, read(gauge.field));
  for (const Shown& counter : kCounters)
    metrics.counter_from(counter.name, counter.help, read(counter.field));
  metrics.gauge_from("tocsin_symbols", "Label names and values in use.",
                     [] { return static_cast<double>(base::symbols::stats().count); });
}

}  // namespace tocsin::app
