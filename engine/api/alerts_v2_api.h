// Alertmanager's API: /api/v2/alerts, alerts/groups, receivers, status.
// Behaviour: prometheus/alertmanager api/v2/openapi.yaml.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/api/router.h"
#include "engine/base/alert.h"
#include "notifiers/snapshot.h"

namespace tocsin::api {

/// Where these calls read from and write to, on the server's threads.
struct AlertsView {
  std::function<std::vector<notifiers::AlertStatus>()> alerts;
  std::function<std::vector<notifiers::GroupStatus>()> groups;
  std::function<std::vector<notifiers::ReceiverStatus>()> receivers;
  std::function<std::string()> config;  ///< alertmanager.yml without secrets.
  std::function<void(const std::vector<base::Alert>&)> post;
  std::string version;
  base::TimestampMs started_at = 0;
  base::DurationMs resolve_timeout = 5 * base::kMinute;
};

void mount_alerts_v2_api(Router& router, const base::Clock& clock, const AlertsView& view);

}  // namespace tocsin::api
