// When to try again.
#pragma once

#include <cstdint>

#include "engine/base/time.h"

namespace tocsin::notifiers {

/// Exponential backoff. Source: cenkalti/backoff exponential.go, as used by
/// prometheus/alertmanager notify/retry_stage.go.
struct RetryPolicy {
  base::DurationMs first_delay = 500;
  double factor = 1.5;
  double jitter = 0.5;  ///< The delay varies by this share, up and down.
  base::DurationMs delay_max = base::kMinute;
};

/// What is known when an attempt has failed.
struct FailedAttempt {
  uint32_t number = 1;               ///< Counts from 1.
  base::TimestampMs started_at = 0;  ///< The delay runs from here.
  base::TimestampMs now = 0;
  base::DurationMs retry_after = 0;  ///< The receiver's own wish, counted from now; 0: none.
  double random = 0.5;               ///< In [0, 1).
};

/// When the next attempt starts; never before `now`. Pure.
base::TimestampMs next_attempt_at(const RetryPolicy& policy, const FailedAttempt& failed);

}  // namespace tocsin::notifiers
