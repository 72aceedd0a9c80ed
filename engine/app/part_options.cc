#include "engine/app/part_options.h"

#include <algorithm>
#include <thread>

namespace tocsin::app {

size_t pool_threads() { return std::max(2u, std::thread::hardware_concurrency()); }

promql::EvalOptions eval_options(const ServeFlags& flags, base::Executor& helpers) {
  promql::EvalOptions out;
  out.parallelism = {.executor = &helpers, .threads = pool_threads()};
  out.lookback_delta = flags.lookback_delta;
  out.limits = {.samples_max = flags.query_samples_max,
                .memory_bytes_max = flags.query_memory_max,
                .timeout = flags.query_timeout};
  out.features = flags.features;
  return out;
}

tsdb::Options store_options(const ServeFlags& flags) {
  tsdb::Options out;
  out.retention = flags.retention;
  out.series_max = flags.series_max;
  return out;
}

net::ServerLimits server_limits(const ServeFlags& flags) {
  net::ServerLimits out;
  out.connections_max = flags.web_connections_max;
  if (flags.web_read_timeout == 0) return out;
  out.head_timeout = std::min(out.head_timeout, flags.web_read_timeout);
  out.body_timeout = std::min(out.body_timeout, flags.web_read_timeout);
  out.idle_timeout = flags.web_read_timeout;
  return out;
}

scrape::TypeLabels type_labels(const ServeFlags& flags) {
  return flags.features.type_and_unit_labels ? scrape::TypeLabels::kAdded
                                             : scrape::TypeLabels::kNone;
}

api::FeatureMap feature_map(const ServeFlags& flags) {
  api::FeatureMap out = api::promql_features(flags.features);
  out["api"] = {{"admin", false},
                {"exclude_alerts", true},
                {"label_values_match", true},
                {"lifecycle", flags.enable_lifecycle},
                {"otlp_write_receiver", false},
                {"query_stats", true},
                {"query_warnings", true},
                {"remote_write_receiver", flags.enable_remote_write_receiver},
                {"search", false},
                {"time_range_labels", true},
                {"time_range_series", true}};
  out["scrape"] = {{"extra_scrape_metrics", true},
                   {"start_timestamp_zero_ingestion", false},
                   {"type_and_unit_labels", flags.features.type_and_unit_labels}};
  out["rules"] = {
      {"concurrent_rule_eval", false}, {"keep_firing_for", true}, {"query_offset", true}};
  return out;
}

}  // namespace tocsin::app
