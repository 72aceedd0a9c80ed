#include "notifiers/retry.h"

#include <algorithm>
#include <cmath>

namespace tocsin::notifiers {

base::TimestampMs next_attempt_at(const RetryPolicy& policy, const FailedAttempt& failed) {
  const double exponent = static_cast<double>(failed.number - 1);
  const double uncapped =
      static_cast<double>(policy.first_delay) * std::pow(policy.factor, exponent);
  const double delay = std::min(uncapped, static_cast<double>(policy.delay_max));
  const double varied = delay * (1.0 + policy.jitter * (2.0 * failed.random - 1.0));
  const auto backed_off = failed.started_at + static_cast<base::DurationMs>(std::llround(varied));
  return std::max({backed_off, failed.now + failed.retry_after, failed.now});
}

}  // namespace tocsin::notifiers
