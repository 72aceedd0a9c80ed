#include "tests/support/fake_time.h"

namespace tocsin::testing {

base::TimerId FakeLoop::call_at(base::TimestampMs when, std::function<void()> task) {
  const base::TimerId id = next_++;
  timers_.emplace(std::pair{when, id}, std::move(task));
  when_.emplace(id, when);
  return id;
}

void FakeLoop::cancel(base::TimerId id) {
  const auto found = when_.find(id);
  if (found == when_.end()) return;
  timers_.erase({found->second, id});
  when_.erase(found);
}

void FakeLoop::run_ready() {
  for (;;) {
    if (!posted_.empty()) {
      auto task = std::move(posted_.front());
      posted_.pop_front();
      task();
      continue;
    }
    const auto first = timers_.begin();
    if (first == timers_.end() || first->first.first > clock_.now()) return;
    auto task = std::move(first->second);
    when_.erase(first->first.second);
    timers_.erase(first);
    task();
  }
}

void FakeLoop::run_until(base::TimestampMs t) {
  run_ready();
  while (!timers_.empty() && timers_.begin()->first.first <= t) {
    clock_.set(std::max(clock_.now(), timers_.begin()->first.first));
    run_ready();
  }
  clock_.set(std::max(clock_.now(), t));
  run_ready();
}

}  // namespace tocsin::testing
