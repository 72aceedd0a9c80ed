// How far back readers of a stream look: what they read again and again stays uncompressed.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "engine/tsdb/block.h"

namespace tocsin::tsdb {

/// note(): any thread; the rest: one thread at a time.
class Reach {
 public:
  /// More than any rule's interval, at one round every few seconds.
  static constexpr uint32_t kRoundsKept = 120;

  /// A scan began `columns` columns before the end.
  void note(ColumnSeq columns) const {
    if (columns > noted_.load(std::memory_order_relaxed)) {
      noted_.store(columns, std::memory_order_relaxed);
    }
  }
  /// Ends a round; returns the farthest that any scan of the last rounds looked back, forgotten
  /// after kRoundsKept to 2 * kRoundsKept rounds.
  ColumnSeq end_round() {
    const ColumnSeq noted = noted_.exchange(0, std::memory_order_relaxed);
    current_ = std::max(current_, noted);
    const ColumnSeq farthest = std::max(current_, previous_);
    if (++rounds_ % kRoundsKept == 0) {
      previous_ = current_;
      current_ = 0;
    }
    return farthest;
  }

 private:
  mutable std::atomic<ColumnSeq> noted_{0};
  ColumnSeq current_ = 0;
  ColumnSeq previous_ = 0;
  uint32_t rounds_ = 0;
};

}  // namespace tocsin::tsdb
