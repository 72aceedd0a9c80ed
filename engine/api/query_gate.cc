#include "engine/api/query_gate.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace tocsin::api {
namespace {

/// Nobody wakes those who wait when a client hangs up; they look themselves.
constexpr std::chrono::milliseconds kLook{50};

}  // namespace

struct QueryGate::Waiter {
  int64_t deadline_ns;
  promql::CancelFlag& cancel;
  std::condition_variable granted;
  std::optional<uint32_t> place = std::nullopt;
};

QueryGate::QueryGate(uint32_t places, const base::Clock& clock, uint32_t waiters_max)
    : clock_(clock), waiters_max_(waiters_max), flags_(std::max(places, 1u)) {
  for (auto i = static_cast<uint32_t>(flags_.size()); i > 0; --i) free_.push_back(i - 1);
}

base::Result<QueryGate::Place> QueryGate::enter(int64_t deadline_ns, promql::CancelFlag& cancel) {
  std::unique_lock lock(mutex_);
  if (is_closed_) return base::Error{base::Code::kCancelled, "query was canceled in query queue"};
  if (!free_.empty()) return Place(*this, take(cancel));
  if (waiters_.size() >= waiters_max_) {
    return base::Error{base::Code::kTimeout, "too many queries: " + std::to_string(flags_.size()) +
                                                 " run (--query.max-concurrency) and " +
                                                 std::to_string(waiters_max_) + " wait"};
  }
  Waiter waiter{.deadline_ns = deadline_ns, .cancel = cancel, .granted = {}};
  waiters_.push_back(&waiter);
  ASSIGN_OR_RETURN(const uint32_t number, wait(waiter, lock));
  return Place(*this, number);
}

base::Result<uint32_t> QueryGate::wait(Waiter& waiter, std::unique_lock<std::mutex>& lock) {
  for (;;) {
    waiter.granted.wait_for(lock, kLook, [&] { return waiter.place || is_closed_; });
    if (waiter.place) return *waiter.place;
    const bool is_cancelled = is_closed_ || waiter.cancel.load(std::memory_order_relaxed);
    const bool is_late = clock_.steady_ns() >= waiter.deadline_ns;
    if (!is_cancelled && !is_late) continue;
    std::erase(waiters_, &waiter);
    if (is_cancelled)
      return base::Error{base::Code::kCancelled, "query was canceled in query queue"};
    return base::Error{base::Code::kTimeout, "query timed out in query queue"};
  }
}

uint32_t QueryGate::take(promql::CancelFlag& cancel) {
  const uint32_t number = free_.back();
  free_.pop_back();
  flags_[number] = &cancel;
  return number;
}

void QueryGate::leave(uint32_t number) {
  const std::lock_guard lock(mutex_);
  flags_[number] = nullptr;
  free_.push_back(number);
  if (waiters_.empty() || is_closed_) return;
  Waiter& next = *waiters_.front();
  waiters_.pop_front();
  next.place = take(next.cancel);
  next.granted.notify_one();
}

size_t QueryGate::queries() const {
  const std::lock_guard lock(mutex_);
  return flags_.size() - free_.size() + waiters_.size();
}

void QueryGate::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  for (promql::CancelFlag* const flag : flags_) {
    if (flag != nullptr) flag->store(true, std::memory_order_relaxed);
  }
  for (Waiter* const waiter : waiters_) waiter->granted.notify_one();
}

}  // namespace tocsin::api
