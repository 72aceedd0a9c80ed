// Tells the log of writes that fail, without flooding it.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/status.h"

namespace tocsin::api {

/// One line when writes begin to fail, one a minute while they do, one when they succeed again.
/// Thread-safe; a success costs an atomic load.
class WriteFailures {
 public:
  /// `action` is what fails: "write the query log".
  WriteFailures(const base::Clock& clock, base::Log log, std::string action)
      : clock_(clock), log_(std::move(log)), action_(std::move(action)) {}

  void failed(const base::Error& error);
  void succeeded();
  uint64_t total() const { return total_.load(std::memory_order_relaxed); }

 private:
  const base::Clock& clock_;
  const base::Log log_;
  const std::string action_;
  std::atomic<uint64_t> total_{0};
  std::atomic<bool> failing_{false};
  std::mutex mutex_;
  uint64_t unsaid_ = 0;  // Failures since the last line.
  base::TimestampMs quiet_until_ = 0;
};

}  // namespace tocsin::api
