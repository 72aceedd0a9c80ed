// Virtual time: a clock that stands still and a loop that runs when told.
#pragma once

#include <deque>
#include <map>
#include <utility>

#include "engine/base/clock.h"

namespace tocsin::testing {

/// Shows what it was set to.
class FakeClock final : public base::Clock {
 public:
  explicit FakeClock(base::TimestampMs now = 1'700'000'000'000) : now_(now) {}
  base::TimestampMs now() const override { return now_; }
  int64_t steady_ns() const override { return now_ * 1'000'000; }
  void set(base::TimestampMs now) { now_ = now; }
  void advance(base::DurationMs by) { now_ += by; }

 private:
  base::TimestampMs now_;
};

/// Runs tasks on the caller's thread, in time order. Not thread-safe.
class FakeLoop final : public base::Loop {
 public:
  explicit FakeLoop(FakeClock& clock) : clock_(clock) {}
  void post(std::function<void()> task) override { posted_.push_back(std::move(task)); }
  base::TimerId call_at(base::TimestampMs when, std::function<void()> task) override;
  void cancel(base::TimerId id) override;

  /// Runs everything due now, including what that posts.
  void run_ready();
  /// Moves the clock forward to `t`, running every timer at its own time on the way.
  void run_until(base::TimestampMs t);
  void run_for(base::DurationMs d) { run_until(clock_.now() + d); }
  size_t timers() const { return timers_.size(); }

 private:
  FakeClock& clock_;
  std::deque<std::function<void()>> posted_;
  std::map<std::pair<base::TimestampMs, base::TimerId>, std::function<void()>> timers_;
  std::map<base::TimerId, base::TimestampMs> when_;
  base::TimerId next_ = 1;
};

}  // namespace tocsin::testing
