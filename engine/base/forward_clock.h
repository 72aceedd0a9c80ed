// A wall clock for those who must not see time go back.
#pragma once

#include <cstdint>
#include <mutex>

#include "engine/base/clock.h"

namespace tocsin::base {

/// Another clock's time that does not go back when that clock is set back a little: it runs on, a
/// tenth slower, until the other has caught up. Samples, timers and evaluations then go on, where a
/// store would refuse everything until the time of its newest samples has come again. Set back by
/// more than kHoldMax, the other clock was wrong before, and is followed at once. Thread-safe.
class ForwardClock final : public Clock {
 public:
  static constexpr DurationMs kHoldMax = 5 * kMinute;

  /// `clock` outlives it.
  explicit ForwardClock(const Clock& clock);
  TimestampMs now() const override;
  int64_t steady_ns() const override { return clock_.steady_ns(); }

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  mutable int64_t shown_ns_;   // by mutex_: what now() said last …
  mutable int64_t steady_ns_;  // by mutex_: … and when
};

}  // namespace tocsin::base
