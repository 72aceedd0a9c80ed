#include "rules/early_runner.h"

#include <algorithm>
#include <utility>

namespace tocsin::rules {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
/// Commits jitter: gaps count as an interval from this part of it on.
constexpr double kGapTolerance = 0.9;
/// When the next group is running its slot.
constexpr base::DurationMs kBusyWait = 5;

}  // namespace

void EarlyRunner::add(Scheduler::TaskId id, EarlyTask task) { tasks_[id].task = std::move(task); }

void EarlyRunner::remove(Scheduler::TaskId id) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return;
  follow(id, found->second, {});
  tasks_.erase(found);
}

void EarlyRunner::set_writers(Scheduler::TaskId id, const std::vector<uint32_t>& writers) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return;
  Entry& entry = found->second;
  const double gap_min_ns =
      kGapTolerance * static_cast<double>(entry.task.interval) * static_cast<double>(kNsPerMs);
  const bool suits = commits_.all_pause(writers, gap_min_ns);
  follow(id, entry, suits ? writers : std::vector<uint32_t>());
}

void EarlyRunner::follow(Scheduler::TaskId id, Entry& entry, const std::vector<uint32_t>& writers) {
  if (entry.writers == writers) return;
  const std::lock_guard lock(mutex_);
  for (const uint32_t writer : entry.writers) {
    const auto found = readers_.find(writer);
    std::erase(found->second, id);
    if (found->second.empty()) readers_.erase(found);
  }
  for (const uint32_t writer : writers) readers_[writer].push_back(id);
  entry.writers = writers;
}

void EarlyRunner::on_commit(uint32_t writer) {
  const std::lock_guard lock(mutex_);
  if (!readers_.contains(writer)) return;
  arrivals_.push_back(writer);
  if (arrivals_.size() == 1) loop_.post([this] { take_arrivals(); });
}

void EarlyRunner::take_arrivals() {
  {
    const std::lock_guard lock(mutex_);
    for (const uint32_t writer : arrivals_) {
      const auto readers = readers_.find(writer);
      if (readers == readers_.end()) continue;
      for (const Scheduler::TaskId id : readers->second) {
        if (!std::exchange(tasks_.at(id).queued, true)) queue_.push_back(id);
      }
    }
    arrivals_.clear();
  }
  pump();
}

void EarlyRunner::refill_credit() {
  const int64_t now_ns = clock_.steady_ns();
  const auto earned = static_cast<int64_t>(kCpuShare * static_cast<double>(now_ns - credited_ns_));
  credit_ns_ = std::min(credit_ns_ + earned, kCreditMaxNs);
  credited_ns_ = now_ns;
}

void EarlyRunner::pump() {
  if (running_ || timer_ != 0 || queue_.empty()) return;
  refill_credit();
  if (credit_ns_ <= 0) {
    const double wait_ns = static_cast<double>(-credit_ns_) / kCpuShare;
    pump_in(1 + static_cast<base::DurationMs>(wait_ns) / kNsPerMs);
    return;
  }
  for (size_t left = queue_.size(); left > 0; --left) {
    const Scheduler::TaskId id = queue_.front();
    queue_.pop_front();
    const BetweenSlots outcome = start(id);
    if (outcome == BetweenSlots::kStarted) return;
    if (outcome == BetweenSlots::kBusy) queue_.push_back(id);
  }
  if (!queue_.empty()) pump_in(kBusyWait);
}

void EarlyRunner::pump_in(base::DurationMs wait) {
  timer_ = loop_.call_at(clock_.now() + wait, [this] {
    timer_ = 0;
    pump();
  });
}

BetweenSlots EarlyRunner::start(Scheduler::TaskId id) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return BetweenSlots::kDropped;
  // Copied: the task may be removed while it runs.
  auto work = [this, run = found->second.task.run](base::TimestampMs t) { run_ns_ = run(t); };
  running_ = true;
  const BetweenSlots outcome = scheduler_.run_between(id, std::move(work), [this] {
    running_ = false;
    credit_ns_ -= run_ns_;
    pump();
  });
  if (outcome != BetweenSlots::kStarted) running_ = false;
  if (outcome != BetweenSlots::kBusy) found->second.queued = false;
  return outcome;
}

}  // namespace tocsin::rules
