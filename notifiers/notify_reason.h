// Whether an integration is told about a group now, and why.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/time.h"
#include "notifiers/notify_log.h"

namespace tocsin::notifiers {

/// Why a notification goes out (or, with kNone, does not).
enum class NotifyReason : uint8_t {
  kUnknown,  ///< Not decided yet: what templates of route labels see.
  kNone,
  kFirstNotification,
  kNewAlerts,
  kAllResolved,
  kSomeResolved,
  kRepeatElapsed,
};

/// Upstream's text, which templates and the webhook's JSON show: "new alerts added".
std::string_view to_string(NotifyReason reason);

/// What the decision rests on. The hash lists are ascending and without repetition.
struct NotifyFacts {
  const NotifyLogEntry* last = nullptr;  ///< What was last told; null: nothing.
  std::span<const uint64_t> firing;
  std::span<const uint64_t> resolved;
  bool send_resolved = true;
  base::DurationMs repeat_interval = 0;
  base::TimestampMs now = 0;  ///< The group's tick.
};

/// The first rule that applies, as spec'd upstream; kNone: nothing is due. Pure.
/// kAllResolved is given with send_resolved false, too: then nothing is sent, but the log forgets
/// the firing alerts. Source: prometheus/alertmanager notify/dedup_stage.go needsUpdate.
NotifyReason notify_reason(const NotifyFacts& facts);

}  // namespace tocsin::notifiers
