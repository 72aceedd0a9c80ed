#include "rules/commit_times.h"

#include <algorithm>

namespace tocsin::rules {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
/// What the newest gap adds to the average. A late commit makes a long gap, then a short one.
constexpr double kNewestGapWeight = 0.25;

}  // namespace

void CommitTimes::note(uint32_t number) {
  const base::TimestampMs t = clock_.now();
  const int64_t now_ns = clock_.steady_ns();
  const std::lock_guard lock(mutex_);
  if (records_.size() >= forget_at_) forget_silent(now_ns);
  const auto [found, is_new] = records_.try_emplace(number, Record{t, now_ns});
  if (is_new) return;
  Record& record = found->second;
  const int64_t gap_ns = std::max<int64_t>(now_ns - record.steady_ns, 1);
  const auto newest = static_cast<double>(gap_ns);
  const double known = record.gap_ns == 0 ? newest : record.mean_gap_ns;
  record = {t, now_ns, gap_ns, known + kNewestGapWeight * (newest - known)};
}

std::vector<Arrival> CommitTimes::of(const std::vector<uint32_t>& writers) const {
  std::vector<Arrival> out;
  const std::lock_guard lock(mutex_);
  for (const uint32_t number : writers) {
    const auto found = records_.find(number);
    if (found == records_.end() || found->second.gap_ns == 0) continue;
    const Record& record = found->second;
    out.push_back({record.t, std::max<base::DurationMs>(record.gap_ns / kNsPerMs, 1)});
  }
  return out;
}

bool CommitTimes::all_pause(const std::vector<uint32_t>& writers, double gap_ns) const {
  const std::lock_guard lock(mutex_);
  return std::all_of(writers.begin(), writers.end(), [&](uint32_t number) {
    const auto found = records_.find(number);
    return found != records_.end() && found->second.gap_ns != 0 &&
           found->second.mean_gap_ns >= gap_ns;
  });
}

void CommitTimes::forget_silent(int64_t now_ns) {
  std::erase_if(records_, [now_ns](const auto& entry) {
    return entry.second.steady_ns < now_ns - base::kHour * kNsPerMs;
  });
  forget_at_ = std::max<size_t>(1024, records_.size() * 2);
}

}  // namespace tocsin::rules
