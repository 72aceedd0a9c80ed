#include "engine/base/clock.h"

#include <chrono>

namespace tocsin::base {

namespace chrono = std::chrono;

TimestampMs SystemClock::now() const {
  const auto since_epoch = chrono::system_clock::now().time_since_epoch();
  return chrono::duration_cast<chrono::milliseconds>(since_epoch).count();
}

int64_t SystemClock::steady_ns() const {
  return chrono::steady_clock::now().time_since_epoch() / chrono::nanoseconds(1);
}

}  // namespace tocsin::base
