// What happens to an alert between its sender and the alert store. Pure.
#pragma once

#include "engine/base/alert.h"
#include "engine/base/status.h"

namespace tocsin::notifiers {

/// Fills in what the sender left out: updated_at = now; starts_at = ends_at or now; ends_at = now +
/// resolve_timeout (marked as such). Source: prometheus/alertmanager api/v2/api.go.
base::Alert complete_alert(base::Alert alert, base::TimestampMs now,
                           base::DurationMs resolve_timeout);

/// Refuses what upstream refuses, with its texts: no labels, end before start, names or values that
/// are not UTF-8. Requires a completed alert. Source: prometheus/alertmanager alert/alert.go.
base::Status validate_alert(const base::Alert& alert);

/// The stored alert after `incoming` (same labels, updated later) arrived. Overlapping in time, the
/// two are one alert: earliest start, latest end as far as senders meant it; otherwise `incoming`
/// replaces `stored`. Source: prometheus/alertmanager alert/alert.go Merge, provider/mem/mem.go.
base::Alert merge_alerts(const base::Alert& stored, base::Alert incoming, base::TimestampMs now);

}  // namespace tocsin::notifiers
