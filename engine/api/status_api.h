// /api/v1/status/*, notifications, health, readiness, reload, metrics.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "engine/api/router.h"
#include "engine/base/status.h"

namespace tocsin::api {

/// What the program is. Grafana gates features by `version`: it is the Prometheus version whose API
/// this is, not the program's own.
struct BuildInfo {
  std::string version;
  std::string revision;
  std::string compiler;
};

/// What the status calls read. All functions are called on the server's threads.
struct StatusView {
  BuildInfo build;
  std::map<std::string, std::string> flags;  ///< Name without dashes → value in force.
  std::function<std::string()> config;       ///< prometheus.yml as loaded, secrets hidden.
  std::function<bool()> ready;
  std::function<bool()> stopping;
  std::function<std::string()> metrics;  ///< Text exposition.
  /// Loads the configuration again; null when --web.enable-lifecycle is off.
  std::function<base::Status()> reload;
  base::TimestampMs started_at = 0;
  std::function<bool()> reload_ok;
  std::function<base::TimestampMs()> reloaded_at;
  std::function<base::TimestampMs()> reload_failed_at;  ///< 0: the last one succeeded.
  std::string retention;
  std::string hostname;
};

void mount_status_api(Router& router, const base::Clock& clock, StatusView view);

/// For every path but /-/healthy, /metrics and /health: 503 while not ready.
net::ServerHandler guard_until_ready(net::ServerHandler handler, StatusView view);

}  // namespace tocsin::api
