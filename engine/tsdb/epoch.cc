#include "engine/tsdb/epoch.h"

#include <algorithm>
#include <functional>
#include <thread>
#include <utility>

namespace tocsin::tsdb {

Epochs::Pin::Pin(Epochs& epochs) {
  const size_t first = std::hash<std::thread::id>{}(std::this_thread::get_id());
  for (size_t i = 0;; ++i) {
    std::atomic<uint64_t>& place = epochs.places_[(first + i) % kPlaces].epoch;
    uint64_t expected = kFree;
    const uint64_t now = epochs.epoch_.load(std::memory_order_seq_cst);
    // seq_cst: either a collector that looks later sees this place taken, or the pointers that this
    // reader loads next are the ones stored before that collector looked.
    if (place.compare_exchange_strong(expected, now, std::memory_order_seq_cst)) {
      place_ = &place;
      return;
    }
    if (i % kPlaces == kPlaces - 1) std::this_thread::yield();
  }
}

void Epochs::retire(std::shared_ptr<const void> object) {
  bool collect_now = false;
  {
    const std::lock_guard lock(mutex_);
    // A reader that pins after this increment carries a larger number and sees the new pointer.
    const uint64_t epoch = epoch_.fetch_add(1, std::memory_order_seq_cst);
    retired_.push_back({epoch, std::move(object)});
    collect_now = retired_.size() % kCollectEvery == 0;
  }
  if (collect_now) collect();
}

bool Epochs::all_later(uint64_t epoch) const {
  return std::all_of(places_.begin(), places_.end(), [epoch](const Place& place) {
    const uint64_t pinned = place.epoch.load(std::memory_order_seq_cst);
    return pinned == kFree || pinned > epoch;
  });
}

void Epochs::collect() {
  std::vector<Retired> free_now;
  {
    const std::lock_guard lock(mutex_);
    uint64_t oldest = epoch_.load(std::memory_order_seq_cst);
    for (const Place& place : places_) {
      const uint64_t epoch = place.epoch.load(std::memory_order_seq_cst);
      if (epoch != kFree) oldest = std::min(oldest, epoch);
    }
    const auto kept = std::partition(retired_.begin(), retired_.end(),
                                     [&](const Retired& r) { return r.epoch >= oldest; });
    free_now.assign(std::make_move_iterator(kept), std::make_move_iterator(retired_.end()));
    retired_.erase(kept, retired_.end());
  }
  // Destroyed outside the lock: freeing a view of many blocks takes a while.
}

}  // namespace tocsin::tsdb
