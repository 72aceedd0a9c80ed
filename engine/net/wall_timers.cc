#include "engine/net/wall_timers.h"

#include <algorithm>
#include <chrono>

namespace tocsin::net {

base::TimerId WallTimers::add(base::TimestampMs when, std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  const base::TimerId id = next_++;
  if (is_closed_) return id;
  follow_clock();  // `when` is of the clock as it is now: later it must not be moved
  const bool is_first = timers_.empty() || when < timers_.begin()->first.first;
  timers_.emplace(std::pair{when, id}, std::move(task));
  when_.emplace(id, when);
  if (is_first) reactor_.post([this] { arm(); });
  return id;
}

void WallTimers::cancel(base::TimerId id) {
  Tasks::node_type task;  // destroyed without the lock: what it holds may cancel timers, too
  const std::lock_guard lock(mutex_);
  const auto found = when_.find(id);
  if (found == when_.end()) return;
  task = timers_.extract({found->second, id});
  when_.erase(found);
}

void WallTimers::close() {
  Tasks tasks;  // as in cancel()
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  tasks.swap(timers_);
  when_.clear();
  reactor_.cancel(alarm_);
}

/// The time now. Requires mutex_.
base::TimestampMs WallTimers::follow_clock() {
  constexpr int64_t kNsPerMs = 1'000'000;
  const base::TimestampMs now = clock_.now();
  const int64_t steady_ns = clock_.steady_ns();
  const base::TimestampMs expected = clock_seen_ + (steady_ns - steady_seen_ns_) / kNsPerMs;
  const base::DurationMs set_back = expected - now;
  clock_seen_ = now;
  steady_seen_ns_ = steady_ns;
  if (set_back < kSetBackMin || timers_.empty()) return now;
  Tasks moved;
  while (!timers_.empty()) {
    auto task = timers_.extract(timers_.begin());
    task.key().first -= set_back;
    when_[task.key().second] = task.key().first;
    moved.insert(moved.end(), std::move(task));
  }
  timers_ = std::move(moved);
  return now;
}

void WallTimers::run_due() {
  std::unique_lock lock(mutex_);
  const base::TimestampMs now = follow_clock();
  const base::TimerId newest = next_;  // a task that adds a timer in the past must not starve I/O
  while (!timers_.empty()) {
    const auto first = timers_.begin();
    if (first->first.first > now || first->first.second >= newest) return;
    std::function<void()> task = std::move(first->second);
    when_.erase(first->first.second);
    timers_.erase(first);
    lock.unlock();
    task();
    task = nullptr;  // what it held goes without the lock
    lock.lock();
  }
}

void WallTimers::arm() {
  const std::lock_guard lock(mutex_);
  reactor_.cancel(alarm_);
  alarm_ = 0;
  if (timers_.empty()) return;
  const base::TimestampMs now = follow_clock();
  const base::DurationMs left = timers_.begin()->first.first - now;
  const base::DurationMs wait = std::clamp<base::DurationMs>(left, 0, kClockCheck);
  alarm_ = reactor_.after(std::chrono::milliseconds(wait), [this] {
    run_due();
    arm();
  });
}

}  // namespace tocsin::net
