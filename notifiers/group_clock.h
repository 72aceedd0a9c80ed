// When a group of alerts is looked at. Pure.
#pragma once

#include <algorithm>

#include "engine/base/time.h"

namespace tocsin::notifiers {

/// A route's timings.
struct GroupTiming {
  base::DurationMs group_wait = 30 * base::kSecond;
  base::DurationMs group_interval = 5 * base::kMinute;
  base::DurationMs repeat_interval = 4 * base::kHour;
  bool operator==(const GroupTiming&) const = default;
};

/// No flush is given less time than this to deliver.
inline constexpr base::DurationMs kFlushTimeMin = 10 * base::kSecond;

/// The first look: group_wait after the group was made, or at once when the alert that made it has
/// been firing for longer than that. Source: prometheus/alertmanager dispatch/dispatch.go.
inline base::TimestampMs first_flush_at(const GroupTiming& timing, base::TimestampMs now,
                                        base::TimestampMs alert_starts_at) {
  const bool overdue = alert_starts_at + timing.group_wait < now;
  return overdue ? now : now + timing.group_wait;
}

/// The look after the one at `tick`: a fixed cadence, however long deliveries take.
inline base::TimestampMs next_flush_at(const GroupTiming& timing, base::TimestampMs tick) {
  return tick + timing.group_interval;
}

/// When deliveries of the flush at `tick` are given up (the next flush tries again).
inline base::TimestampMs flush_deadline(const GroupTiming& timing, base::TimestampMs tick) {
  return tick + std::max(timing.group_interval, kFlushTimeMin);
}

}  // namespace tocsin::notifiers
