// One integration's deliveries: bounded, retried with backoff, none waiting for another
// integration.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <random>

#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "notifiers/integration_metrics.h"
#include "notifiers/notifier.h"
#include "notifiers/retry.h"

namespace tocsin::notifiers {

/// How a delivery stands, for whoever asks why nothing arrived.
struct DeliveryReport {
  uint32_t attempts = 0;
  std::string last_error;              ///< Of the last failed attempt; empty when there was none.
  base::TimestampMs last_attempt = 0;  ///< 0: none yet.
  base::TimestampMs next_attempt = 0;  ///< 0: none planned.
};

/// A notification to be delivered until `deadline`.
struct Delivery {
  std::shared_ptr<const Notification> notification;
  base::TimestampMs deadline = 0;
  /// Called exactly once, on the loop: the last outcome. A kRetry means that the deadline passed or
  /// that the queue was destroyed (kContextCanceled).
  OutcomeCallback done;
  /// Called, on the loop, after each attempt that did not end the delivery. May be empty.
  std::function<void(const DeliveryReport&)> on_progress;
};

/// What a queue works with. All outlive the queue.
struct DeliveryWorld {
  base::Loop& loop;
  const base::Clock& clock;
  base::Log log;
  IntegrationMetrics metrics;
  uint64_t seed = 0;  ///< Of the backoff's jitter.
};

/// At most this many attempts of one integration run at once: a hanging receiver holds no more.
inline constexpr size_t kAttemptsAtOnce = 64;
/// At most this many deliveries wait in one integration; what exceeds it fails.
inline constexpr size_t kDeliveriesMax = 10'000;

/// Single-threaded: everything happens on the loop. Destroying the queue cancels what waits; an
/// attempt that is under way is let finish, but not repeated.
class DeliveryQueue {
 public:
  /// `name` is "receiver/integration[index]".
  DeliveryQueue(std::string name, std::shared_ptr<Notifier> notifier, RetryPolicy policy,
                DeliveryWorld world);
  ~DeliveryQueue();
  /// Starts the delivery soon, never before this returns.
  void submit(Delivery delivery);
  size_t waiting() const;
  const std::string& name() const;

 private:
  struct Job;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tocsin::notifiers
