// When writers commit, and how often.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "rules/phase.h"

namespace tocsin::rules {

/// Thread-safe. Forgets writers that have been silent for an hour.
class CommitTimes {
 public:
  /// Writer `number` has committed at `now`.
  void note(uint32_t number, base::TimestampMs now);
  /// Of those of `writers` that have committed twice or more.
  std::vector<Arrival> of(const std::vector<uint32_t>& writers) const;

 private:
  void forget_silent(base::TimestampMs now);

  mutable std::mutex mutex_;
  std::unordered_map<uint32_t, Arrival> last_;  ///< By number; period 0: one commit so far.
  size_t forget_at_ = 1024;                     ///< Entries.
};

}  // namespace tocsin::rules
