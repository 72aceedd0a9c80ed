#include "engine/net/wall_timers.h"

#include <algorithm>
#include <chrono>

namespace tocsin::net {

base::TimerId WallTimers::add(base::TimestampMs when, std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  const base::TimerId id = next_++;
  if (is_closed_) return id;
  const bool is_first = timers_.empty() || when < timers_.begin()->first.first;
  timers_.emplace(std::pair{when, id}, std::move(task));
  when_.emplace(id, when);
  if (is_first) reactor_.post([this] { arm(); });
  return id;
}

void WallTimers::cancel(base::TimerId id) {
  const std::lock_guard lock(mutex_);
  const auto found = when_.find(id);
  if (found == when_.end()) return;
  timers_.erase({found->second, id});
  when_.erase(found);
}

void WallTimers::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  timers_.clear();
  when_.clear();
  reactor_.cancel(alarm_);
}

void WallTimers::run_due() {
  const base::TimestampMs now = clock_.now();
  std::unique_lock lock(mutex_);
  const base::TimerId newest = next_;  // a task that adds a timer in the past must not starve I/O
  while (!timers_.empty()) {
    const auto first = timers_.begin();
    if (first->first.first > now || first->first.second >= newest) return;
    const std::function<void()> task = std::move(first->second);
    when_.erase(first->first.second);
    timers_.erase(first);
    lock.unlock();
    task();
    lock.lock();
  }
}

void WallTimers::arm() {
  const std::lock_guard lock(mutex_);
  reactor_.cancel(alarm_);
  alarm_ = 0;
  if (timers_.empty()) return;
  const base::DurationMs left = timers_.begin()->first.first - clock_.now();
  const base::DurationMs wait = std::clamp<base::DurationMs>(left, 0, kClockCheck);
  alarm_ = reactor_.after(std::chrono::milliseconds(wait), [this] {
    run_due();
    arm();
  });
}

}  // namespace tocsin::net
