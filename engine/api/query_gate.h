// How many queries run at once. Further ones wait their turn.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/status.h"
#include "promql/eval/query.h"

namespace tocsin::api {

/// Grants places in the order of asking; call_limit.h uses it for other calls. Thread-safe. Source:
/// prometheus promql/query_logger.go, whose tracker of active queries is the gate, too.
class QueryGate {
 public:
  /// Whoever waits has a connection; some must be left for those who ask how the process is.
  static constexpr uint32_t kWaitersMax = 256;
  QueryGate(uint32_t places, const base::Clock& clock, uint32_t waiters_max = kWaitersMax);

  /// A place that is held. Given back when it goes.
  class Place {
   public:
    Place(QueryGate& gate, uint32_t number) : gate_(&gate), number_(number) {}
    Place(Place&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)), number_(other.number_) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (gate_ != nullptr) gate_->leave(number_);
    }
    /// Less than the number of places; nobody else has it meanwhile.
    uint32_t number() const { return number_; }

   private:
    QueryGate* gate_;
    uint32_t number_;
  };

  /// Waits for a place. Fails with kTimeout when the clock's steady time passes `deadline_ns`, or
  /// at once when too many wait already, and with kCancelled when `cancel` is set or the gate is
  /// closed. `cancel` must outlive the place.
  base::Result<Place> enter(int64_t deadline_ns, promql::CancelFlag& cancel);

  /// Cancels all who wait, all who have a place (by their flags) and all who come later.
  void close();

  uint32_t places() const { return static_cast<uint32_t>(flags_.size()); }
  /// How many have a place or wait for one.
  size_t queries() const;

 private:
  struct Waiter;
  void leave(uint32_t number);
  uint32_t take(promql::CancelFlag& cancel);
  base::Result<uint32_t> wait(Waiter& waiter, std::unique_lock<std::mutex>& lock);

  const base::Clock& clock_;
  const uint32_t waiters_max_;
  mutable std::mutex mutex_;
  std::vector<promql::CancelFlag*> flags_;  // Of who has the place, by its number.
  std::vector<uint32_t> free_;
  std::deque<Waiter*> waiters_;
  bool is_closed_ = false;
};

}  // namespace tocsin::api
