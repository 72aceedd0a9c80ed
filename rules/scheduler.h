// Runs things at slots: instants that lie a whole number of intervals apart.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/executor.h"
#include "engine/base/time.h"

namespace tocsin::rules {

/// Where a group's slots lie within its interval: spread by a hash of file and name, the same in
/// every run of the program. In [0, interval). Pure.
/// DIFFERS: another hash than upstream's, whose value depends on how it was built.
base::DurationMs hashed_phase(std::string_view file, std::string_view name,
                              base::DurationMs interval);

/// The last slot at or before `now`. Pure.
base::TimestampMs slot_at(base::TimestampMs now, base::DurationMs interval, base::DurationMs phase);

/// What to run, and when.
struct SlotTask {
  base::DurationMs interval = base::kMinute;        ///< Positive.
  base::DurationMs phase = 0;                       ///< Slots are at k * interval + phase.
  std::function<void(base::TimestampMs slot)> run;  ///< On the executor; never twice at a time.
  std::function<void(uint64_t slots)> missed;       ///< On the loop: slots that will not be run.
  /// On the loop, after each run, with the task's number. May be null.
  std::function<void(uint64_t id)> finished = nullptr;
};

/// What became of a wish to run between two slots.
enum class BetweenSlots : uint8_t {
  kStarted,
  kBusy,     ///< The task is running; ask again later.
  kDropped,  ///< No room: the next slot is due, or the task is gone.
};

/// Used on the loop's thread. Tasks run in parallel and do not wait for each other. Timestamps are
/// slots, whatever the delay; when a run takes longer than its interval the slots that went by in
/// the meantime are missed, except the last. Destroy it when every task has ended.
/// Source: prometheus rules/group.go run.
class Scheduler {
 public:
  using TaskId = uint64_t;  ///< 0 is never a task.

  /// All outlive the scheduler.
  Scheduler(base::Loop& loop, base::Executor& executor, const base::Clock& clock)
      : loop_(loop), executor_(executor), clock_(clock) {}
  ~Scheduler();

  /// Runs the task from its next slot on (the wait is more than 0 and at most an interval).
  TaskId add(SlotTask task);
  /// No further runs. `ended` is called on the loop, within this call unless a run is under way.
  void remove(TaskId id, std::function<void()> ended);
  /// Runs `work` on the executor as if it were a run of the task, at the current time; if need be a
  /// little more, so that times ascend. A slot that comes up meanwhile follows at once. `done` is
  /// called on the loop when a started one is over.
  BetweenSlots run_between(TaskId id, std::function<void(base::TimestampMs t)> work,
                           std::function<void()> done);
  base::DurationMs phase(TaskId id) const { return tasks_.at(id).what.phase; }
  /// Lets the slots lie at another phase from now on; the next one is at most an interval away.
  void move(TaskId id, base::DurationMs phase);
  size_t size() const { return tasks_.size(); }

 private:
  struct Task {
    SlotTask what;
    base::TimestampMs last_slot = 0;
    base::TimestampMs last_t = 0;  // Of the last run, at a slot or between two.
    base::TimerId timer = 0;
    bool running = false;
    bool slot_waits = false;      // It came up during a run between slots.
    std::function<void()> ended;  // Set once removed.
  };
  void arm(TaskId id, Task& task, base::TimestampMs when);
  void on_slot(TaskId id);
  void run_slot(TaskId id, Task& task);
  void on_finished(TaskId id);

  base::Loop& loop_;
  base::Executor& executor_;
  const base::Clock& clock_;
  std::map<TaskId, Task> tasks_;
  TaskId next_id_ = 1;
};

}  // namespace tocsin::rules
