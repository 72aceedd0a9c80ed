// The scraper's own metrics, under the field's names.
#pragma once

#include "engine/base/metrics.h"
#include "engine/scrape/intake.h"

namespace tocsin::scrape {

/// Counters that all targets share. The registry outlives them.
struct ScrapeMetrics {
  explicit ScrapeMetrics(base::MetricRegistry& registry);
  void count(const IntakeCounts& counts);

  base::Counter& sample_limit;
  base::Counter& body_limit;
  base::Counter& duplicate;
  base::Counter& out_of_order;
  base::Counter& out_of_bounds;
  base::Counter& samples;
  base::Counter& refused_series;
};

/// What the pool of one job counts.
struct PoolMetrics {
  PoolMetrics(base::MetricRegistry& registry, const std::string& job);

  base::Gauge& targets;
  base::Gauge& target_limit;
  base::Gauge& discovered;
  base::Counter& syncs;
  base::Counter& failed_targets;
};

}  // namespace tocsin::scrape
