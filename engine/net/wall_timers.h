// Timers that follow an injected wall clock.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "engine/base/clock.h"
#include "engine/net/reactor.h"

namespace tocsin::net {

/// Tasks to run when the clock shows a time. The clock may jump: it is read again at least every
/// kClockCheck, so a jump forward delays no timer by more than that; when it is set back by
/// kSetBackMin or more, the timers move along and run after the time they had left. add and cancel
/// are thread-safe; tasks run on the reactor's thread.
class WallTimers {
 public:
  static constexpr base::DurationMs kClockCheck = 500;
  static constexpr base::DurationMs kSetBackMin = base::kSecond;

  WallTimers(Reactor& reactor, const base::Clock& clock)
      : reactor_(reactor),
        clock_(clock),
        clock_seen_(clock.now()),
        steady_seen_ns_(clock.steady_ns()) {}

  base::TimerId add(base::TimestampMs when, std::function<void()> task);
  void cancel(base::TimerId id);
  /// Forgets all timers and takes no more. On the reactor's thread.
  void close();

 private:
  using Tasks = std::map<std::pair<base::TimestampMs, base::TimerId>, std::function<void()>>;
  void run_due();
  void arm();
  base::TimestampMs follow_clock();

  Reactor& reactor_;
  const base::Clock& clock_;
  std::mutex mutex_;
  Tasks timers_;                                               // by mutex_
  std::unordered_map<base::TimerId, base::TimestampMs> when_;  // by mutex_
  base::TimerId next_ = 1;                                     // by mutex_
  bool is_closed_ = false;                                     // by mutex_
  base::TimestampMs clock_seen_;                               // by mutex_
  int64_t steady_seen_ns_;                                     // by mutex_, then
  Reactor::TimerId alarm_ = 0;                                 // reactor's thread only
};

}  // namespace tocsin::net
