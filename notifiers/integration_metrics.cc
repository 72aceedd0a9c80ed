#include "notifiers/integration_metrics.h"

namespace tocsin::notifiers {

IntegrationMetrics integration_metrics(base::MetricRegistry& registry, std::string_view kind) {
  const base::MetricLabels labels{{"integration", std::string(kind)}};
  IntegrationMetrics metrics;
  metrics.notifications = &registry.counter("alertmanager_notifications_total",
                                            "Notifications that an integration was given.", labels);
  for (size_t i = 0; i < kFailureReasons; ++i) {
    base::MetricLabels with_reason = labels;
    with_reason.emplace_back("reason", to_string(static_cast<FailureReason>(i)));
    metrics.notifications_failed[i] =
        &registry.counter("alertmanager_notifications_failed_total",
                          "Notifications that were given up, by reason.", with_reason);
  }
  metrics.requests = &registry.counter("alertmanager_notification_requests_total",
                                       "Attempts to deliver a notification.", labels);
  metrics.requests_failed =
      &registry.counter("alertmanager_notification_requests_failed_total",
                        "Attempts to deliver a notification that failed.", labels);
  metrics.latency_seconds =
      &registry.histogram("alertmanager_notification_latency_seconds",
                          "Time one attempt to deliver took.", {1, 5, 10, 15, 20}, labels);
  return metrics;
}

}  // namespace tocsin::notifiers
