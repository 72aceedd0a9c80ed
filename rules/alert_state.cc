#include "rules/alert_state.h"

#include <algorithm>

namespace tocsin::rules {
namespace {

AlertTimes when_true(AlertTimes times, base::TimestampMs ts, const AlertTiming& timing) {
  // A resolved alert that comes back is a new one: nothing of the old is left, resends included.
  if (!times.is_active()) times = {.state = AlertState::kPending, .active_at = ts};
  times.keep_firing_since = kNever;
  const bool held_long_enough = ts - times.active_at >= timing.hold;
  if (times.state == AlertState::kPending && held_long_enough) {
    times.state = AlertState::kFiring;
    times.fired_at = ts;
  } else if (times.state == AlertState::kFiring && !held_long_enough) {
    // `for` was raised while firing: start over without a resolution.
    times = {.state = AlertState::kPending, .active_at = times.active_at};
  }
  return times;
}

AlertTimes when_firing_ends(AlertTimes times, base::TimestampMs ts, const AlertTiming& timing) {
  if (timing.keep_firing_for > 0) {
    if (times.keep_firing_since == kNever) times.keep_firing_since = ts;
    if (ts - times.keep_firing_since < timing.keep_firing_for) return times;
  }
  times.state = AlertState::kInactive;
  times.resolved_at = ts;
  return times;
}

}  // namespace

std::string_view to_string(AlertState state) {
  switch (state) {
    case AlertState::kNone:
    case AlertState::kInactive:
      return "inactive";
    case AlertState::kPending:
      return "pending";
    case AlertState::kFiring:
      return "firing";
  }
  return "";
}

AlertTimes next_times(const AlertTimes& now, bool in_result, base::TimestampMs ts,
                      const AlertTiming& timing) {
  if (in_result) return when_true(now, ts, timing);
  switch (now.state) {
    case AlertState::kNone:
    case AlertState::kPending:
      return {};
    case AlertState::kFiring:
      return when_firing_ends(now, ts, timing);
    case AlertState::kInactive:
      return ts - now.resolved_at > kResolvedRetention ? AlertTimes{} : now;
  }
  return {};
}

bool needs_sending(const AlertTimes& times, base::TimestampMs ts, base::DurationMs resend_delay) {
  if (times.state == AlertState::kNone || times.state == AlertState::kPending) return false;
  if (times.last_sent_at == kNever) return true;
  if (times.resolved_at > times.last_sent_at) return true;
  return times.last_sent_at + resend_delay < ts;
}

base::TimestampMs valid_until(base::TimestampMs ts, base::DurationMs interval,
                              base::DurationMs resend_delay) {
  return ts + 4 * std::max(interval, resend_delay);
}

}  // namespace tocsin::rules
