#include "engine/tsdb/epoch.h"

#include <algorithm>
#include <functional>
#include <thread>
#include <utility>

namespace tocsin::tsdb {

Epochs::~Epochs() {
  for (Places* places = places_.more.load(); places != nullptr;) {
    const std::unique_ptr<Places> dying(places);
    places = dying->more.load();
  }
}

base::Moment Epochs::pin() {
  const size_t first = std::hash<std::thread::id>{}(std::this_thread::get_id());
  for (Places* places = &places_;; places = &more_of(*places)) {
    for (size_t i = 0; i < kPlaces; ++i) {
      std::atomic<uint64_t>& place = places->places[(first + i) % kPlaces].epoch;
      uint64_t expected = kFree;
      const uint64_t now = epoch_.load(std::memory_order_seq_cst);
      // seq_cst: either a collector that looks later sees this place taken, or the pointers that
      // this reader loads next are the ones stored before that collector looked.
      if (!place.compare_exchange_strong(expected, now, std::memory_order_seq_cst)) continue;
      // Looked at again: who took the place for free may have counted on no reader of before.
      return {epoch_.load(std::memory_order_seq_cst), place};
    }
  }
}

Epochs::Places& Epochs::more_of(Places& places) {
  Places* more = places.more.load(std::memory_order_seq_cst);
  if (more != nullptr) return *more;
  auto fresh = std::make_unique<Places>();
  if (places.more.compare_exchange_strong(more, fresh.get(), std::memory_order_seq_cst)) {
    return *fresh.release();
  }
  return *more;
}

// Calls visit(epoch) for every reader.
template <class F>
void Epochs::for_each_pinned(F&& visit) const {
  for (const Places* places = &places_; places != nullptr;
       places = places->more.load(std::memory_order_seq_cst)) {
    for (const Place& place : places->places) {
      const uint64_t epoch = place.epoch.load(std::memory_order_seq_cst);
      if (epoch != kFree) visit(epoch);
    }
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
  bool all = true;
  for_each_pinned([&](uint64_t pinned) { all = all && pinned > epoch; });
  return all;
}

void Epochs::collect() {
  std::vector<Retired> free_now;
  {
    const std::lock_guard lock(mutex_);
    uint64_t oldest = epoch_.load(std::memory_order_seq_cst);
    for_each_pinned([&](uint64_t pinned) { oldest = std::min(oldest, pinned); });
    const auto kept = std::partition(retired_.begin(), retired_.end(),
                                     [&](const Retired& r) { return r.epoch >= oldest; });
    free_now.assign(std::make_move_iterator(kept), std::make_move_iterator(retired_.end()));
    retired_.erase(kept, retired_.end());
  }
  // Destroyed outside the lock: freeing a view of many blocks takes a while.
}

void SettledNumber::follow(uint64_t number, Epochs& epochs) {
  if (awaited_ == 0 && number > settled_) {
    awaited_ = number;
    awaited_epoch_ = epochs.advance();
  }
  if (awaited_ == 0 || !epochs.all_later(awaited_epoch_)) return;
  settled_ = std::exchange(awaited_, 0);
}

}  // namespace tocsin::tsdb
