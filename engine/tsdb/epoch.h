// Deferred destruction: readers look at shared structures without locks or reference counts, and
// what a writer has replaced is freed only when no reader can still see it. The same clock orders
// the commits.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/base/series_source.h"

namespace tocsin::tsdb {

/// Counts epochs, from 1. Protocol: a reader pins, loads published pointers with
/// memory_order_seq_cst, and looks at what they point to while pinned. A writer stores a new
/// pointer with memory_order_seq_cst, then retires the old object. Thread-safe.
class Epochs {
 public:
  Epochs() = default;
  Epochs(const Epochs&) = delete;
  Epochs& operator=(const Epochs&) = delete;
  ~Epochs();

  /// Keeps what is reachable now or later alive until the moment is given up. Its number is the
  /// present epoch: what was stored (seq_cst) before an earlier one ended is seen. Cheap, waits for
  /// nobody; may be nested.
  base::Moment pin();

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
  static constexpr size_t kPlaces = 64;        // Readers pinned at once before there are more.
  static constexpr size_t kCollectEvery = 64;  // Retired objects between collections.

  struct alignas(64) Place {
    std::atomic<uint64_t> epoch{kFree};
  };
  // Lists only grow.
  struct Places {
    std::array<Place, kPlaces> places;
    std::atomic<Places*> more{nullptr};
  };
  struct Retired {
    uint64_t epoch;
    std::shared_ptr<const void> object;
  };

  static Places& more_of(Places& places);
  template <class F>
  void for_each_pinned(F&& visit) const;

  Places places_;
  std::atomic<uint64_t> epoch_{1};
  std::mutex mutex_;
  std::vector<Retired> retired_;
};

/// Follows a number that only rises to where all readers have come.
class SettledNumber {
 public:
  uint64_t get() const { return settled_; }
  /// Readers that pin from now on see `number`.
  void follow(uint64_t number, Epochs& epochs);

 private:
  uint64_t settled_ = 0;
  uint64_t awaited_ = 0;  // Settled when all readers are later than awaited_epoch_; 0: none.
  uint64_t awaited_epoch_ = 0;
};

}  // namespace tocsin::tsdb
