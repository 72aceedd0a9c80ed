#include "rules/scheduler.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "engine/base/labels.h"

namespace tocsin::rules {

base::DurationMs hashed_phase(std::string_view file, std::string_view name,
                              base::DurationMs interval) {
  const uint64_t hash = base::Labels::of({{"file", file}, {"name", name}}).hash();
  return static_cast<base::DurationMs>(hash % static_cast<uint64_t>(interval));
}

base::TimestampMs slot_at(base::TimestampMs now, base::DurationMs interval,
                          base::DurationMs phase) {
  const base::DurationMs into = (now - phase) % interval;
  return now - (into < 0 ? into + interval : into);
}

Scheduler::~Scheduler() { assert(tasks_.empty()); }

Scheduler::TaskId Scheduler::add(SlotTask what) {
  const TaskId id = next_id_++;
  Task& task = tasks_[id];
  task.what = std::move(what);
  task.last_slot = slot_at(clock_.now(), task.what.interval, task.what.phase);
  task.last_t = task.last_slot;
  arm(id, task, task.last_slot + task.what.interval);
  return id;
}

void Scheduler::arm(TaskId id, Task& task, base::TimestampMs when) {
  task.timer = loop_.call_at(when, [this, id] { on_slot(id); });
}

void Scheduler::on_slot(TaskId id) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return;
  Task& task = found->second;
  task.timer = 0;
  if (task.running) {
    task.slot_waits = true;
  } else {
    run_slot(id, task);
  }
}

void Scheduler::run_slot(TaskId id, Task& task) {
  // At least one: a clock that was set back must not stop the slots.
  const int64_t passed = std::max<int64_t>((clock_.now() - task.last_slot) / task.what.interval, 1);
  if (passed > 1) task.what.missed(static_cast<uint64_t>(passed - 1));
  task.last_slot += passed * task.what.interval;
  task.last_t = task.last_slot;
  task.running = true;
  // `what` outlives the run: the task stays until on_finished.
  executor_.submit([this, id, &what = task.what, slot = task.last_slot] {
    what.run(slot);
    loop_.post([this, id, &what] {
      if (what.finished) what.finished(id);
      on_finished(id);
    });
  });
}

BetweenSlots Scheduler::run_between(TaskId id, std::function<void(base::TimestampMs)> work,
                                    std::function<void()> done) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return BetweenSlots::kDropped;
  Task& task = found->second;
  if (task.running) return BetweenSlots::kBusy;
  const base::TimestampMs now = clock_.now();
  const base::TimestampMs t = std::max(now, task.last_t + 1);
  const bool has_room = now >= task.last_slot && t < task.last_slot + task.what.interval;
  if (!has_room) return BetweenSlots::kDropped;
  task.last_t = t;
  task.running = true;
  executor_.submit([this, id, t, work = std::move(work), done = std::move(done)] {
    work(t);
    loop_.post([this, id, done] {
      // What is told that a removed task has ended may destroy everything: that comes last.
      const bool is_removed = tasks_.at(id).ended != nullptr;
      if (is_removed) done();
      on_finished(id);
      if (!is_removed) done();
    });
  });
  return BetweenSlots::kStarted;
}

void Scheduler::move(TaskId id, base::DurationMs phase) {
  Task& task = tasks_.at(id);
  task.what.phase = phase;
  task.last_slot =
      slot_at(std::max(clock_.now(), task.last_slot), task.what.interval, task.what.phase);
  if (task.timer == 0) return;  // Running: armed when that is over.
  loop_.cancel(task.timer);
  arm(id, task, task.last_slot + task.what.interval);
}

void Scheduler::on_finished(TaskId id) {
  const auto found = tasks_.find(id);
  Task& task = found->second;
  task.running = false;
  if (task.ended) {
    const std::function<void()> ended = std::move(task.ended);
    loop_.cancel(task.timer);
    tasks_.erase(found);
    ended();
    return;
  }
  if (std::exchange(task.slot_waits, false)) {
    run_slot(id, task);
    return;
  }
  if (task.timer != 0) return;
  // At most one interval away, also when the clock was set back.
  const base::TimestampMs next = task.last_slot + task.what.interval;
  arm(id, task, std::min(next, clock_.now() + task.what.interval));
}

void Scheduler::remove(TaskId id, std::function<void()> ended) {
  const auto found = tasks_.find(id);
  assert(found != tasks_.end() && !found->second.ended);
  Task& task = found->second;
  if (task.running) {
    task.ended = std::move(ended);
    return;
  }
  loop_.cancel(task.timer);
  tasks_.erase(found);
  ended();
}

}  // namespace tocsin::rules
