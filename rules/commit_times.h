// When writers commit, and how often.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "engine/base/clock.h"
#include "rules/phase.h"

namespace tocsin::rules {

/// Thread-safe. Forgets writers that have been silent for an hour.
class CommitTimes {
 public:
  /// `clock` outlives it.
  explicit CommitTimes(const base::Clock& clock) : clock_(clock) {}

  /// Writer `number` has committed now.
  void note(uint32_t number);
  /// Of those of `writers` that have committed twice or more.
  std::vector<Arrival> of(const std::vector<uint32_t>& writers) const;
  /// True when between two commits of each of `writers` there are `gap_ns` or more, on average of
  /// the last few. Who has not committed twice does not count as slow.
  bool all_pause(const std::vector<uint32_t>& writers, double gap_ns) const;

 private:
  struct Record {
    base::TimestampMs t = 0;  // Of the last commit, by both clocks.
    int64_t steady_ns = 0;
    int64_t gap_ns = 0;      // Before it; 0: it is the only one.
    double mean_gap_ns = 0;  // Of the last few.
  };
  void forget_silent(int64_t now_ns);

  const base::Clock& clock_;
  mutable std::mutex mutex_;  // Guards what follows.
  std::unordered_map<uint32_t, Record> records_;
  size_t forget_at_ = 1024;  // Entries.
};

}  // namespace tocsin::rules
