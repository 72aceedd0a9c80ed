// Posts alerts to Alertmanagers outside.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/base/alert.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/metrics.h"
#include "notifiers/alerting_config.h"

namespace tocsin::notifiers {

/// What a sender works with. All outlive it.
struct SenderWorld {
  base::Loop& loop;
  const base::Clock& clock;
  base::Log log;
  base::MetricRegistry& metrics;
  /// Makes an HTTP client on `loop`: net::EventLoop::make_client, or a test's.
  std::function<base::Result<std::unique_ptr<net::HttpClient>>(net::HttpClientConfig)> make_client;
};

/// Alerts that wait for one Alertmanager; the oldest give way.
/// Source: prometheus --alertmanager.notification-queue-capacity.
inline constexpr size_t kAlertmanagerQueueMax = 10'000;
inline constexpr size_t kAlertmanagerBatchMax = 256;

/// Every Alertmanager has a queue of its own, with one request under way at a time. A failed batch
/// is counted and forgotten: the rule engine sends active alerts again. Thread-safe; destroy it
/// when the loop has stopped, or on the loop. Source: prometheus notifier/sendloop.go.
class AlertmanagerSender final : public base::AlertSink {
 public:
  explicit AlertmanagerSender(SenderWorld world);
  ~AlertmanagerSender() override;

  /// Replaces targets, relabelling and external labels, soon. What waits for an address that is
  /// still there stays. Fails, changing nothing, when a client cannot be made.
  base::Status apply(const AlertingConfig& config, const base::Labels& external_labels);
  /// apply() in two steps: all that can fail happens now, the rest when the result is called, which
  /// it must not be after the sender is gone.
  base::Result<std::function<void()>> prepare(const AlertingConfig& config,
                                              const base::Labels& external_labels);

  /// Queues alerts for every Alertmanager, relabelled.
  void on_alerts(const std::vector<base::Alert>& alerts) override;

  /// Alerts that wait, counted once for each Alertmanager, and requests under way. On the loop.
  size_t pending() const;

 private:
  struct Queue;
  struct Entry;
  struct State;
  std::shared_ptr<State> state_;
};

/// The JSON that /api/v2/alerts takes.
std::string alerts_body(const std::vector<base::Alert>& alerts);

}  // namespace tocsin::notifiers
