#include "engine/scrape/scrape_metrics.h"

namespace tocsin::scrape {

ScrapeMetrics::ScrapeMetrics(base::MetricRegistry& registry)
    : sample_limit(
          registry.counter("prometheus_target_scrapes_exceeded_sample_limit_total",
                           "Total number of scrapes that hit the sample limit and were rejected.")),
      body_limit(registry.counter(
          "prometheus_target_scrapes_exceeded_body_size_limit_total",
          "Total number of scrapes that hit the body size limit and were rejected.")),
      duplicate(registry.counter(
          "prometheus_target_scrapes_sample_duplicate_timestamp_total",
          "Total number of samples rejected: same timestamp as another of their series.")),
      out_of_order(registry.counter(
          "prometheus_target_scrapes_sample_out_of_order_total",
          "Total number of samples rejected: older than the newest of their series.")),
      out_of_bounds(registry.counter("prometheus_target_scrapes_sample_out_of_bounds_total",
                                     "Total number of samples rejected: too far in the future.")),
      samples(registry.counter("tocsin_scrape_samples_total",
                               "Samples scraped, before metric_relabel_configs.")),
      refused_series(registry.counter("tocsin_scrape_series_refused_total",
                                      "New series that found no room in the store.")) {}

void ScrapeMetrics::count(const IntakeCounts& counts) {
  samples.add(static_cast<double>(counts.scraped));
  if (counts.duplicate != 0) duplicate.add(static_cast<double>(counts.duplicate));
  if (counts.out_of_order != 0) out_of_order.add(static_cast<double>(counts.out_of_order));
  if (counts.series_refused != 0) refused_series.add(static_cast<double>(counts.series_refused));
  if (counts.out_of_bounds != 0) out_of_bounds.add(static_cast<double>(counts.out_of_bounds));
}

PoolMetrics::PoolMetrics(base::MetricRegistry& registry, const std::string& job)
    : targets(registry.gauge("prometheus_target_scrape_pool_targets",
                             "Current number of targets in this scrape pool.",
                             {{"scrape_job", job}})),
      target_limit(registry.gauge("prometheus_target_scrape_pool_target_limit",
                                  "Maximum number of targets allowed in this scrape pool.",
                                  {{"scrape_job", job}})),
      discovered(registry.gauge("prometheus_sd_discovered_targets",
                                "Current number of discovered targets.",
                                {{"config", job}, {"name", "scrape"}})),
      syncs(registry.counter("prometheus_target_scrape_pool_sync_total",
                             "Total number of syncs that were executed on a scrape pool.",
                             {{"scrape_job", job}})),
      failed_targets(registry.counter("prometheus_target_sync_failed_total",
                                      "Total number of target sync failures.",
                                      {{"scrape_job", job}})) {}

}  // namespace tocsin::scrape
