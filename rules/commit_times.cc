#include "rules/commit_times.h"

#include <algorithm>

namespace tocsin::rules {

void CommitTimes::note(uint32_t number, base::TimestampMs now) {
  const std::lock_guard lock(mutex_);
  if (last_.size() >= forget_at_) forget_silent(now);
  const auto [found, is_new] = last_.try_emplace(number, Arrival{now, 0});
  if (is_new) return;
  found->second = {now, std::max<base::DurationMs>(now - found->second.t, 1)};
}

std::vector<Arrival> CommitTimes::of(const std::vector<uint32_t>& writers) const {
  std::vector<Arrival> out;
  const std::lock_guard lock(mutex_);
  for (const uint32_t number : writers) {
    const auto found = last_.find(number);
    if (found != last_.end() && found->second.period > 0) out.push_back(found->second);
  }
  return out;
}

void CommitTimes::forget_silent(base::TimestampMs now) {
  std::erase_if(last_, [now](const auto& entry) { return entry.second.t < now - base::kHour; });
  forget_at_ = std::max<size_t>(1024, last_.size() * 2);
}

}  // namespace tocsin::rules
