// From a group's alerts to a decision per integration. Pure functions, one per stage.
#pragma once

#include <memory>
#include <vector>

#include "notifiers/notification.h"
#include "notifiers/notify_log.h"

namespace tocsin::notifiers {

/// What a stage decides from.
struct StageInput {
  const std::vector<NotifiedAlert>& alerts;  ///< Of the group at this tick.
  const NotifyLogEntry* last = nullptr;      ///< What this integration was last told.
  bool send_resolved = true;
  base::DurationMs repeat_interval = 0;
  base::TimestampMs now = 0;
};

/// What happens for one integration.
enum class Verdict : uint8_t {
  kNothing,     ///< Nothing is due: a success.
  kRecordOnly,  ///< Nothing is sent (send_resolved is false), but the log is brought up to date.
  kSend,
};

struct Decision {
  Verdict verdict = Verdict::kNothing;
  NotifyReason reason = NotifyReason::kNone;
  AlertHashes hashes;                 ///< Of what the group holds now: what the log will say.
  std::vector<NotifiedAlert> alerts;  ///< What is sent.
};

/// Deduplicates and leaves out what the integration does not want to hear.
/// Source: prometheus/alertmanager notify/dedup_stage.go, retry_stage.go.
Decision decide(const StageInput& input);

}  // namespace tocsin::notifiers
