// When a commit takes place, to readers.
#pragma once

#include <atomic>
#include <cstdint>

#include "engine/tsdb/epoch.h"

namespace tocsin::tsdb {

/// A commit's number in the order of all commits of a store; none until all of the commit is in
/// place. Moments (base::Moment) lie between two numbers. Lock-free: a reader that finds a commit
/// about to be numbered does it itself.
class CommitStamp {
 public:
  /// Writer, once: all that belongs to the commit is stored.
  void settle(Epochs& epochs) {
    number_.store(kReady, std::memory_order_seq_cst);
    give_number(epochs);
  }
  /// True when the commit is seen at `moment`, which has begun; the answer never changes.
  bool is_before(uint64_t moment, Epochs& epochs) const {
    uint64_t number = number_.load(std::memory_order_seq_cst);
    if (number == kReady) number = give_number(epochs);
    return number < moment;  // What is still in the making gets a number beyond.
  }

 private:
  static constexpr uint64_t kInTheMaking = UINT64_MAX;
  static constexpr uint64_t kReady = UINT64_MAX - 1;

  uint64_t give_number(Epochs& epochs) const {
    uint64_t number = kReady;
    const uint64_t next = epochs.advance();
    return number_.compare_exchange_strong(number, next, std::memory_order_seq_cst) ? next : number;
  }

  mutable std::atomic<uint64_t> number_{kInTheMaking};
};

}  // namespace tocsin::tsdb
