// The engine's own metrics about notifications, under upstream's names.
#pragma once

#include <array>
#include <string_view>

#include "engine/base/metrics.h"
#include "notifiers/outcome.h"

namespace tocsin::notifiers {

/// The metrics of one kind of integration ("webhook"). Lifetime: the registry's.
/// Source: prometheus/alertmanager notify/metrics.go.
struct IntegrationMetrics {
  base::Counter* notifications = nullptr;
  std::array<base::Counter*, kFailureReasons> notifications_failed{};
  base::Counter* requests = nullptr;
  base::Counter* requests_failed = nullptr;
  base::HistogramMetric* latency_seconds = nullptr;
};

/// The kinds that this version has, in upstream's order.
inline constexpr std::array<std::string_view, 4> kIntegrationKinds{"webhook", "email", "pagerduty",
                                                                   "slack"};

/// Makes (or finds) the metrics of a kind; all of them exist from then on, with 0.
IntegrationMetrics integration_metrics(base::MetricRegistry& registry, std::string_view kind);

}  // namespace tocsin::notifiers
