#include "engine/app/daemon_metrics.h"

#include "engine/app/version.h"

namespace tocsin::app {

void register_build_metrics(base::MetricRegistry& metrics) {
  const auto like = [&](const char* name, const char* help, const char* version) {
    metrics
        .gauge(name, help,
               {{"version", version}, {"revision", ""}, {"branch", "main"}, {"goversion", ""}})
        .set(1);
  };
  like("prometheus_build_info", "The Prometheus whose API this is.", kPrometheusVersion);
  like("alertmanager_build_info", "The Alertmanager whose API this is.", kAlertmanagerVersion);
  metrics.gauge("tocsin_build_info", "Version of the program.", {{"version", kVersion}}).set(1);
}

void register_life_metrics(base::MetricRegistry& metrics, const LifeState& life) {
  metrics.gauge_from("prometheus_ready", "Whether startup is complete.",
                     [&life] { return life.ready.load() ? 1.0 : 0.0; });
  for (const char* name :
       {"prometheus_config_last_reload_successful", "tocsin_config_last_reload_successful",
        "alertmanager_config_last_reload_successful"}) {
    metrics.gauge_from(name, "Whether the last configuration reload attempt was successful.",
                       [&life] { return life.reload_ok.load() ? 1.0 : 0.0; });
  }
  metrics.gauge_from("prometheus_config_last_reload_success_timestamp_seconds",
                     "Timestamp of the last successful configuration reload.",
                     [&life] { return static_cast<double>(life.reloaded_at.load()) / 1000; });
}

void register_query_metrics(base::MetricRegistry& metrics, const api::QueryGate& gate,
                            const api::QueryLog& log) {
  metrics.gauge("prometheus_engine_queries_concurrent_max", "The max number of concurrent queries.")
      .set(gate.places());
  metrics.gauge_from("prometheus_engine_queries",
                     "The current number of queries being executed or waiting.",
                     [&gate] { return static_cast<double>(gate.queries()); });
  metrics.gauge_from("prometheus_engine_query_log_enabled", "State of the query log.",
                     [&log] { return log.is_enabled() ? 1.0 : 0.0; });
  metrics.counter_from("prometheus_engine_query_log_failures_total",
                       "The number of query log failures.",
                       [&log] { return static_cast<double>(log.failures()); });
}

}  // namespace tocsin::app
