// What one receiver is told about one group, once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/alert.h"
#include "notifiers/notify_reason.h"

namespace tocsin::notifiers {

/// An alert as it stood at the group's tick.
struct NotifiedAlert {
  base::Alert alert;  ///< ends_at is 0 while it fires, so that it cannot resolve on the way.
  bool resolved = false;
};

/// Everything a message is built from. Immutable once made.
struct Notification {
  std::string receiver;
  std::string group_key;
  base::Labels group_labels;
  base::Labels route_labels;  ///< Rendered.
  NotifyReason reason = NotifyReason::kUnknown;
  std::string external_url;  ///< Without a trailing slash.
  base::TimestampMs now = 0;
  std::vector<NotifiedAlert> alerts;  ///< In upstream's order: see sort_alerts().
  ReceiverData receiver_data;         ///< What the receiver left with the last notification.

  bool is_firing() const;
};

/// By job, then instance (alerts that have the label first), then fewer labels first, then names
/// and values. Source: prometheus/alertmanager alert/alert.go AlertSlice.
void sort_alerts(std::vector<NotifiedAlert>& alerts);

/// The group's alerts as the tick at `now` sees them, sorted.
std::vector<NotifiedAlert> alerts_at(const std::vector<base::Alert>& alerts, base::TimestampMs now);

/// Hashes of the alerts that fire, and of those that are resolved; ascending.
struct AlertHashes {
  std::vector<uint64_t> firing;
  std::vector<uint64_t> resolved;
};
AlertHashes hash_alerts(const std::vector<NotifiedAlert>& alerts);

}  // namespace tocsin::notifiers
