// What delivers notifications: one object per integration of a receiver.
#pragma once

#include <functional>
#include <memory>

#include "notifiers/notification.h"
#include "notifiers/outcome.h"

namespace tocsin::notifiers {

using OutcomeCallback = std::function<void(Outcome)>;

/// Builds a message and sends it, once; retries are the delivery queue's. Used on one loop.
class Notifier {
 public:
  virtual ~Notifier() = default;
  /// Makes one attempt. `done` runs exactly once, on the loop, at once or later; also after the
  /// Notifier is gone. No attempt takes longer than `timeout`.
  virtual void notify(std::shared_ptr<const Notification> notification, base::DurationMs timeout,
                      OutcomeCallback done) = 0;
};

}  // namespace tocsin::notifiers
