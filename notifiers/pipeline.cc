#include "notifiers/pipeline.h"

#include <algorithm>

namespace tocsin::notifiers {

Decision decide(const StageInput& input) {
  Decision decision;
  decision.hashes = hash_alerts(input.alerts);
  decision.reason = notify_reason({.last = input.last,
                                   .firing = decision.hashes.firing,
                                   .resolved = decision.hashes.resolved,
                                   .send_resolved = input.send_resolved,
                                   .repeat_interval = input.repeat_interval,
                                   .now = input.now});
  if (decision.reason == NotifyReason::kNone) return decision;
  if (!input.send_resolved && decision.hashes.firing.empty()) {
    decision.verdict = Verdict::kRecordOnly;
    return decision;
  }
  decision.verdict = Verdict::kSend;
  for (const NotifiedAlert& item : input.alerts) {
    if (input.send_resolved || !item.resolved) decision.alerts.push_back(item);
  }
  return decision;
}

}  // namespace tocsin::notifiers
