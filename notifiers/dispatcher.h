// Takes alerts, groups them, and sees to it that receivers hear of them.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/alert.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/metrics.h"
#include "notifiers/setup.h"
#include "notifiers/snapshot.h"

namespace tocsin::notifiers {

/// What a dispatcher works with. All outlive it.
struct DispatcherWorld {
  base::Loop& loop;
  const base::Clock& clock;
  base::Log log;
  base::MetricRegistry& metrics;
  std::string external_url;  ///< Without a trailing slash.
};

/// The routing engine: alert store, routing tree, groups with their timers, notification log,
/// deliveries. Everything happens on the loop; all methods are thread-safe and none waits for a
/// receiver. Destroy it when the loop has stopped, or on the loop.
class Dispatcher final : public base::AlertSink {
 public:
  explicit Dispatcher(DispatcherWorld world);
  ~Dispatcher() override;

  /// Replaces the configuration, soon. Alerts and the notification log stay; groups are rebuilt,
  /// and what waits to be delivered is decided again. Attempts under way are let finish.
  void apply(std::unique_ptr<Setup> setup);

  /// Queues alerts. Those that are invalid or exceed the queue are counted and dropped.
  void on_alerts(const std::vector<base::Alert>& alerts) override;

  /// Alerts that have not ended, by fingerprint.
  std::vector<AlertStatus> alerts() const;
  /// Groups that hold alerts that have not ended, by group labels, then receiver.
  std::vector<GroupStatus> groups() const;
  std::vector<ReceiverStatus> receivers() const;
  /// The configuration in force as YAML without secrets; "" before the first apply().
  std::string shown_config() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

/// At most this many alerts wait to be taken in; what exceeds it is dropped and counted.
inline constexpr size_t kAlertsQueuedMax = 1'000'000;

}  // namespace tocsin::notifiers
