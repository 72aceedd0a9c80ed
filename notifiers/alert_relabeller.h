// Relabels alerts on their way to another sink.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "engine/base/alert.h"
#include "engine/base/relabel.h"

namespace tocsin::notifiers {

/// Puts `alert_relabel_configs` of prometheus.yml between the rules and the dispatcher, as upstream
/// puts them between Prometheus and Alertmanager: alerts posted by others do not come this way.
/// Thread-safe. Source: prometheus notifier/manager.go Send.
class AlertRelabeller final : public base::AlertSink {
 public:
  /// `next` outlives the relabeller.
  explicit AlertRelabeller(base::AlertSink& next) : next_(next) {}
  /// Replaces the rules; there are none at first.
  void apply(std::vector<base::RelabelRule> rules);
  /// Hands on the alerts that the rules keep, with the labels they leave.
  void on_alerts(const std::vector<base::Alert>& alerts) override;

 private:
  using Rules = std::vector<base::RelabelRule>;
  base::AlertSink& next_;
  std::atomic<std::shared_ptr<const Rules>> rules_{std::make_shared<const Rules>()};
};

}  // namespace tocsin::notifiers
