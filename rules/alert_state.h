// The alert state machine: one alert, one evaluation, no clock, no thread, no I/O.
// Source: prometheus rules/alerting.go Eval, needsSending.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "engine/base/time.h"

namespace tocsin::rules {

/// In the order of upstream's "maximum state of a rule".
enum class AlertState : uint8_t {
  kNone,      ///< No such alert: never active, pending and gone, or resolved and forgotten.
  kInactive,  ///< Resolved, kept so that the resolution is sent again.
  kPending,
  kFiring,
};

/// "inactive" (also for kNone), "pending", "firing".
std::string_view to_string(AlertState state);

/// "It has not happened." 0 is a legal time: tests start there.
inline constexpr base::TimestampMs kNever = std::numeric_limits<base::TimestampMs>::min();

/// How long a resolved alert is remembered and repeated.
inline constexpr base::DurationMs kResolvedRetention = 15 * base::kMinute;

/// When things happened to one alert, in slot time.
struct AlertTimes {
  AlertState state = AlertState::kNone;
  base::TimestampMs active_at = kNever;
  base::TimestampMs fired_at = kNever;
  base::TimestampMs resolved_at = kNever;
  base::TimestampMs keep_firing_since = kNever;  ///< First evaluation without it, while kept.
  base::TimestampMs last_sent_at = kNever;

  /// Pending, firing or kept firing: counts towards the limit, has ALERTS series.
  bool is_active() const { return state == AlertState::kPending || state == AlertState::kFiring; }
  bool operator==(const AlertTimes&) const = default;
};

/// What the rule says about time.
struct AlertTiming {
  base::DurationMs hold = 0;  ///< `for`
  base::DurationMs keep_firing_for = 0;
};

/// The alert after an evaluation at `ts`; `in_result` says whether the expression still has it.
/// kNone in the result means: forget it. Pure.
AlertTimes next_times(const AlertTimes& now, bool in_result, base::TimestampMs ts,
                      const AlertTiming& timing);

/// True when the alert is to be sent after the evaluation at `ts`: firing or resolved, and never
/// sent, resolved since, or sent more than (not exactly) `resend_delay` ago. Pure.
bool needs_sending(const AlertTimes& times, base::TimestampMs ts, base::DurationMs resend_delay);

/// Until when a receiver may take an alert sent at `ts` for firing without hearing of it again.
base::TimestampMs valid_until(base::TimestampMs ts, base::DurationMs interval,
                              base::DurationMs resend_delay);

}  // namespace tocsin::rules
