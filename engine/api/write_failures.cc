#include "engine/api/write_failures.h"

#include <utility>

namespace tocsin::api {
namespace {

constexpr base::DurationMs kQuiet = base::kMinute;

}  // namespace

void WriteFailures::failed(const base::Error& error) {
  total_.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  failing_ = true;
  ++unsaid_;
  const base::TimestampMs now = clock_.now();
  if (now < quiet_until_) return;
  quiet_until_ = now + kQuiet;
  log_.error("Cannot " + action_,
             {{"err", error.to_string()}, {"failures", std::to_string(std::exchange(unsaid_, 0))}});
}

void WriteFailures::succeeded() {
  if (!failing_) return;
  const std::lock_guard lock(mutex_);
  // A disk that is now full, now not, is told of as one that is full.
  if (!failing_ || clock_.now() < quiet_until_) return;
  failing_ = false;
  log_.info("Can " + action_ + " again", {{"failures", std::to_string(std::exchange(unsaid_, 0))}});
}

}  // namespace tocsin::api
