// Runs groups between their slots, as soon as samples have arrived that their rules read.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "engine/base/clock.h"
#include "rules/commit_times.h"
#include "rules/scheduler.h"

namespace tocsin::rules {

/// A group that may run early.
struct EarlyTask {
  base::DurationMs interval = 0;  ///< Of its slots.
  /// On the executor. Returns the CPU time it took, in nanoseconds.
  std::function<int64_t(base::TimestampMs t)> run;
};

/// A group is run early only while each of its writers commits at most once per interval: then its
/// slots see every sample, too, and an early run sees nothing that they would not; it sees it
/// sooner. One group at a time, in the order of arrival, and all together for at most kCpuShare of
/// one CPU: when that is used up the next run waits, or its slot comes first.
///
/// on_commit() on any thread, the rest on the loop's.
class EarlyRunner {
 public:
  static constexpr double kCpuShare = 0.01;
  /// What may be spent in a row after quiet times.
  static constexpr int64_t kCreditMaxNs = 20'000'000;

  /// All outlive it. `commits` knows when writers commit.
  EarlyRunner(base::Loop& loop, Scheduler& scheduler, const base::Clock& clock,
              const CommitTimes& commits)
      : loop_(loop),
        scheduler_(scheduler),
        clock_(clock),
        commits_(commits),
        credited_ns_(clock.steady_ns()) {}
  EarlyRunner(const EarlyRunner&) = delete;
  EarlyRunner& operator=(const EarlyRunner&) = delete;
  ~EarlyRunner() { loop_.cancel(timer_); }

  void add(Scheduler::TaskId id, EarlyTask task);
  /// Call before the task leaves the scheduler.
  void remove(Scheduler::TaskId id);
  /// Whose commits (StreamWriter::number) run the task. Call after each of its slots: how often
  /// they commit is judged then.
  void set_writers(Scheduler::TaskId id, const std::vector<uint32_t>& writers);

  /// A writer has committed, as `commits` has been told.
  void on_commit(uint32_t writer);

 private:
  struct Entry {
    EarlyTask task;
    std::vector<uint32_t> writers;  // Whose commits run it now.
    bool queued = false;
  };
  void follow(Scheduler::TaskId id, Entry& entry, const std::vector<uint32_t>& writers);
  void take_arrivals();
  void pump();
  BetweenSlots start(Scheduler::TaskId id);
  void refill_credit();
  void pump_in(base::DurationMs wait);

  base::Loop& loop_;
  Scheduler& scheduler_;
  const base::Clock& clock_;
  const CommitTimes& commits_;
  std::map<Scheduler::TaskId, Entry> tasks_;
  std::deque<Scheduler::TaskId> queue_;
  bool running_ = false;
  int64_t run_ns_ = 0;  // What the last run took.
  base::TimerId timer_ = 0;
  int64_t credit_ns_ = kCreditMaxNs;
  int64_t credited_ns_;  // When credit was last given.

  std::mutex mutex_;                                                      // Guards what follows.
  std::unordered_map<uint32_t, std::vector<Scheduler::TaskId>> readers_;  // By writer.
  std::vector<uint32_t> arrivals_;
};

}  // namespace tocsin::rules
