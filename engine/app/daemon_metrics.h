// What a running program tells of itself under the names of Prometheus and Alertmanager.
#pragma once

#include "engine/api/query_gate.h"
#include "engine/api/query_log.h"
#include "engine/app/life_state.h"
#include "engine/base/metrics.h"

namespace tocsin::app {

/// Registers prometheus_build_info, alertmanager_build_info and tocsin_build_info.
void register_build_metrics(base::MetricRegistry& metrics);

/// Registers prometheus_ready and *_config_last_reload_*. `life` outlives the registry's use.
void register_life_metrics(base::MetricRegistry& metrics, const LifeState& life);

/// Registers prometheus_engine_*. `gate` and `log` outlive the registry's use.
void register_query_metrics(base::MetricRegistry& metrics, const api::QueryGate& gate,
                            const api::QueryLog& log);

}  // namespace tocsin::app
