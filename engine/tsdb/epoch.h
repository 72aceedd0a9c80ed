// Deferred destruction: readers look at shared structures without locks or reference counts, and
// what a writer has replaced is freed only when no reader can still see it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace tocsin::tsdb {

/// Protocol: a reader pins, loads published pointers with memory_order_seq_cst, and looks at what
/// they point to while pinned. A writer stores a new pointer with memory_order_seq_cst, then
/// retires the old object. Thread-safe.
class Epochs {
 public:
  /// Keeps what was reachable since its creation alive. Cheap; may be nested.
  class Pin {
   public:
    explicit Pin(Epochs& epochs);
    ~Pin() { place_->store(kFree, std::memory_order_release); }
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;

   private:
    std::atomic<uint64_t>* place_;
  };

  /// Takes an object that new readers can no longer reach, and frees it in time.
  void retire(std::shared_ptr<const void> object);
  /// Frees what no pinned reader can see.
  void collect();
  /// Ends the present epoch and returns it: readers that pin from now on see all that was stored
  /// (seq_cst) before the call.
  uint64_t advance() { return epoch_.fetch_add(1, std::memory_order_seq_cst); }
  /// True when no reader is pinned that pinned in `epoch` or before.
  bool all_later(uint64_t epoch) const;

 private:
  static constexpr uint64_t kFree = 0;
  static constexpr size_t kPlaces = 128;       // Readers pinned at once; more wait for a place.
  static constexpr size_t kCollectEvery = 64;  // Retired objects between collections.

  struct alignas(64) Place {
    std::atomic<uint64_t> epoch{kFree};
  };
  struct Retired {
    uint64_t epoch;
    std::shared_ptr<const void> object;
  };

  std::array<Place, kPlaces> places_;
  std::atomic<uint64_t> epoch_{1};
  std::mutex mutex_;
  std::vector<Retired> retired_;
};

}  // namespace tocsin::tsdb
