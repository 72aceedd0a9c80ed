#include "rules/early_runner.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tocsin::rules {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
/// Commits jitter: gaps count as an interval from this part of it on.
constexpr double kGapTolerance = 0.9;
/// What the newest gap adds to the average. A late commit makes a long gap, then a short one.
constexpr double kNewestGapWeight = 0.25;
/// When the next group is running its slot.
constexpr base::DurationMs kBusyWait = 5;

}  // namespace

void EarlyRunner::add(Scheduler::TaskId id, EarlyTask task) { tasks_[id].task = std::move(task); }

void EarlyRunner::remove(Scheduler::TaskId id) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return;
  {
    const std::lock_guard lock(mutex_);
    set_eager(id, found->second, false);
    unwatch(found->second);
  }
  tasks_.erase(found);
}

void EarlyRunner::set_writers(Scheduler::TaskId id, const std::vector<uint32_t>& writers) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return;
  Entry& entry = found->second;
  const std::lock_guard lock(mutex_);
  if (entry.writers != writers) {
    set_eager(id, entry, false);
    watch(entry, writers);
  }
  set_eager(id, entry, commits_suit(entry));
}

void EarlyRunner::watch(Entry& entry, const std::vector<uint32_t>& writers) {
  // First the new, so that what is in both lists is not forgotten in between.
  for (const uint32_t writer : writers) ++writers_[writer].watched;
  unwatch(entry);
  entry.writers = writers;
}

void EarlyRunner::unwatch(Entry& entry) {
  for (const uint32_t writer : entry.writers) {
    const auto found = writers_.find(writer);
    if (--found->second.watched == 0) writers_.erase(found);
  }
  entry.writers.clear();
}

bool EarlyRunner::commits_suit(const Entry& entry) const {
  const double gap_min_ns =
      kGapTolerance * static_cast<double>(entry.task.interval) * static_cast<double>(kNsPerMs);
  return std::all_of(entry.writers.begin(), entry.writers.end(), [&](uint32_t number) {
    const std::optional<double> gap_ns = writers_.at(number).gap_ns;
    return gap_ns && *gap_ns >= gap_min_ns;
  });
}

void EarlyRunner::set_eager(Scheduler::TaskId id, Entry& entry, bool eager) {
  if (eager == entry.eager) return;
  entry.eager = eager;
  for (const uint32_t number : entry.writers) {
    std::vector<Scheduler::TaskId>& readers = writers_.at(number).readers;
    if (eager) {
      readers.push_back(id);
    } else {
      std::erase(readers, id);
    }
  }
}

void EarlyRunner::on_commit(uint32_t number) {
  const int64_t now_ns = clock_.steady_ns();
  const std::lock_guard lock(mutex_);
  const auto found = writers_.find(number);
  if (found == writers_.end()) return;
  Writer& writer = found->second;
  if (writer.last_commit_ns) {
    const auto newest_ns = static_cast<double>(now_ns - *writer.last_commit_ns);
    const double known_ns = writer.gap_ns.value_or(newest_ns);
    writer.gap_ns = known_ns + kNewestGapWeight * (newest_ns - known_ns);
  }
  writer.last_commit_ns = now_ns;
  if (writer.readers.empty()) return;
  arrivals_.push_back(number);
  if (arrivals_.size() == 1) loop_.post([this] { take_arrivals(); });
}

void EarlyRunner::take_arrivals() {
  {
    const std::lock_guard lock(mutex_);
    for (const uint32_t number : arrivals_) {
      const auto writer = writers_.find(number);
      if (writer == writers_.end()) continue;
      for (const Scheduler::TaskId id : writer->second.readers) {
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
