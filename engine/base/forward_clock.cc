#include "engine/base/forward_clock.h"

namespace tocsin::base {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;

}  // namespace

ForwardClock::ForwardClock(const Clock& clock)
    : clock_(clock), shown_ns_(clock.now() * kNsPerMs), steady_ns_(clock.steady_ns()) {}

TimestampMs ForwardClock::now() const {
  constexpr int64_t kSlowness = 10;
  const std::lock_guard lock(mutex_);
  const int64_t wall_ns = clock_.now() * kNsPerMs;
  const int64_t steady_ns = clock_.steady_ns();
  const int64_t elapsed_ns = steady_ns - steady_ns_;
  steady_ns_ = steady_ns;
  const int64_t held_ns = shown_ns_ + elapsed_ns - elapsed_ns / kSlowness;
  const bool is_held = wall_ns < held_ns && held_ns - wall_ns <= kHoldMax * kNsPerMs;
  shown_ns_ = is_held ? held_ns : wall_ns;
  return shown_ns_ / kNsPerMs;
}

}  // namespace tocsin::base
