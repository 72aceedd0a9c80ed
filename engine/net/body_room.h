// How much of large request bodies is in memory at once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

namespace tocsin::net {

/// Room for so many of the largest bodies together, for the connections of one thread. Small ones,
/// which the number of connections bounds, need none.
class BodyRoom {
 public:
  explicit BodyRoom(uint64_t largest) : largest_(largest) {}

  /// False when there is no room for `bytes` now; else `taken` is what to give back.
  bool take(uint64_t bytes, uint64_t& taken) {
    if (bytes <= std::min(kSmallBytes, largest_ / 2)) return true;
    if (taken_ + bytes > kLargestAtOnce * largest_) return false;
    taken_ += bytes;
    taken = bytes;
    return true;
  }
  void give_back(uint64_t& taken) { taken_ -= std::exchange(taken, 0); }

 private:
  static constexpr uint64_t kLargestAtOnce = 16;
  static constexpr uint64_t kSmallBytes = 64u << 10;
  const uint64_t largest_;
  uint64_t taken_ = 0;
};

}  // namespace tocsin::net
