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
/// kClockCheck, so a jump forward delays no timer by more than that. add and cancel are
/// thread-safe; tasks run on the reactor's thread.
class WallTimers {
 public:
  static constexpr base::DurationMs kClockCheck = 500;

  WallTimers(Reactor& reactor, const base::Clock& clock) : reactor_(reactor), clock_(clock) {}

  base::TimerId add(base::TimestampMs when, std::function<void()> task);
  void cancel(base::TimerId id);
  /// Forgets all timers and takes no more. On the reactor's thread.
  void close();

 private:
  void run_due();
  void arm();

  Reactor& reactor_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::map<std::pair<base::TimestampMs, base::TimerId>, std::function<void()>>
      timers_;                                                 // by mutex_
  std::unordered_map<base::TimerId, base::TimestampMs> when_;  // by mutex_
  base::TimerId next_ = 1;                                     // by mutex_
  bool is_closed_ = false;                                     // by mutex_
  Reactor::TimerId alarm_ = 0;                                 // reactor's thread only
};

}  // namespace tocsin::net
