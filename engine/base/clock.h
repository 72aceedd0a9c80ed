// Where "now" and "later" come from. Everything that waits takes these by reference, so that tests
// and backtests run hours in milliseconds (tests/support/fake_time.h).
#pragma once

#include <cstdint>
#include <functional>

#include "engine/base/time.h"

namespace tocsin::base {

/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time.
  virtual TimestampMs now() const = 0;
  /// Monotonic nanoseconds, for measuring elapsed time; the origin is arbitrary.
  virtual int64_t steady_ns() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  TimestampMs now() const override;
  int64_t steady_ns() const override;
};

using TimerId = uint64_t;  ///< 0 is never a timer.

/// Runs functions, in order, on one thread: now (post) or at a wall-clock time (call_at).
/// What runs on one Loop needs no locks among itself. post, call_at and cancel may be called from
/// any thread. The real one is net::EventLoop; tests have FakeLoop.
class Loop {
 public:
  virtual ~Loop() = default;
  /// Runs `task` soon, after what was posted before it.
  virtual void post(std::function<void()> task) = 0;
  /// Runs `task` once when the clock shows `when` or later. A time in the past means soon.
  virtual TimerId call_at(TimestampMs when, std::function<void()> task) = 0;
  /// Forgets a timer. No effect when it already ran or is unknown.
  virtual void cancel(TimerId id) = 0;
};

}  // namespace tocsin::base
