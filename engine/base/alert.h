// An alert on its way from a rule (or the API) to the routing tree.
#pragma once

#include <string>
#include <vector>

#include "engine/base/labels.h"
#include "engine/base/time.h"

namespace tocsin::base {

/// One alert. Its identity is `labels`. Resolved when `ends_at` is set and not in the future.
struct Alert {
  Labels labels;
  Labels annotations;
  TimestampMs starts_at = 0;
  TimestampMs ends_at = 0;  ///< 0: not known; the receiver applies its resolve timeout.
  std::string generator_url;
  TimestampMs updated_at = 0;  ///< When the sender said so.
  bool timeout = false;        ///< ends_at was derived from the resolve timeout.

  bool resolved_at(TimestampMs now) const { return ends_at != 0 && ends_at <= now; }
};

/// Takes alerts: the dispatcher, senders to outside Alertmanagers, tests. Thread-safe.
class AlertSink {
 public:
  virtual ~AlertSink() = default;
  /// Never blocks; what exceeds the sink's queue is counted by the sink.
  virtual void on_alerts(const std::vector<Alert>& alerts) = 0;
};

}  // namespace tocsin::base
