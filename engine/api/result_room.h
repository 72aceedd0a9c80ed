// How much of results is in memory for clients that are still reading them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace tocsin::api {

/// Shared by all answers that are under way. One is always let in, however large. Thread-safe.
class ResultRoom {
 public:
  explicit ResultRoom(uint64_t bytes_max)
      : bytes_max_(bytes_max), taken_(std::make_shared<std::atomic<uint64_t>>(0)) {}

  /// What a result takes; given back when this goes, which may be after the room.
  class Share {
   public:
    Share() = default;
    Share(Share&& other) noexcept
        : taken_(std::move(other.taken_)), bytes_(std::exchange(other.bytes_, 0)) {}
    Share& operator=(Share&& other) noexcept {
      std::swap(taken_, other.taken_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Share() {
      if (taken_ != nullptr) taken_->fetch_sub(bytes_, std::memory_order_relaxed);
    }

   private:
    friend class ResultRoom;
    std::shared_ptr<std::atomic<uint64_t>> taken_;
    uint64_t bytes_ = 0;
  };

  /// False, taking nothing, when there is no room for `bytes` beside the others.
  bool take(uint64_t bytes, Share& share) {
    const uint64_t before = taken_->fetch_add(bytes, std::memory_order_relaxed);
    Share taken;
    taken.taken_ = taken_;
    taken.bytes_ = bytes;
    const bool fits = before == 0 || before + bytes <= bytes_max_;
    if (fits) share = std::move(taken);
    return fits;
  }
  uint64_t bytes_max() const { return bytes_max_; }

 private:
  const uint64_t bytes_max_;
  const std::shared_ptr<std::atomic<uint64_t>> taken_;
};

}  // namespace tocsin::api
