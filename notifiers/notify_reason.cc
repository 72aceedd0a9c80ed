#include "notifiers/notify_reason.h"

#include <algorithm>

namespace tocsin::notifiers {

namespace {

bool is_subset(std::span<const uint64_t> part, std::span<const uint64_t> whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

}  // namespace

std::string_view to_string(NotifyReason reason) {
  switch (reason) {
    case NotifyReason::kUnknown:
      return "unknown";
    case NotifyReason::kNone:
      return "none";
    case NotifyReason::kFirstNotification:
      return "first notification";
    case NotifyReason::kNewAlerts:
      return "new alerts added";
    case NotifyReason::kAllResolved:
      return "all alerts resolved";
    case NotifyReason::kSomeResolved:
      return "some alerts resolved";
    case NotifyReason::kRepeatElapsed:
      return "repeat interval elapsed";
  }
  return "unknown";
}

NotifyReason notify_reason(const NotifyFacts& facts) {
  if (facts.last == nullptr) {
    return facts.firing.empty() ? NotifyReason::kNone : NotifyReason::kFirstNotification;
  }
  const NotifyLogEntry& last = *facts.last;
  if (!is_subset(facts.firing, last.firing)) {
    return last.firing.empty() ? NotifyReason::kFirstNotification : NotifyReason::kNewAlerts;
  }
  if (facts.firing.empty()) {
    return last.firing.empty() ? NotifyReason::kNone : NotifyReason::kAllResolved;
  }
  if (facts.send_resolved && !is_subset(facts.resolved, last.resolved)) {
    return NotifyReason::kSomeResolved;
  }
  // Strictly before: with a repeat interval that is a multiple of the group interval the repeat
  // comes one group interval later, as upstream's users know it.
  const bool elapsed = last.timestamp < facts.now - facts.repeat_interval;
  return elapsed ? NotifyReason::kRepeatElapsed : NotifyReason::kNone;
}

}  // namespace tocsin::notifiers
