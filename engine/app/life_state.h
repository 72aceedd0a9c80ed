// Where a running program stands, for its status calls and metrics.
#pragma once

#include <atomic>

#include "engine/base/status.h"
#include "engine/base/time.h"

namespace tocsin::app {

/// Thread-safe.
struct LifeState {
  explicit LifeState(base::TimestampMs now) : started_at(now), reloaded_at(now) {}

  /// Notes how loading the configuration again went.
  void note_reload(const base::Status& status, base::TimestampMs now) {
    reload_ok.store(status.ok());
    reload_failed_at.store(status.ok() ? 0 : now);
    if (status.ok()) reloaded_at.store(now);
  }

  const base::TimestampMs started_at;
  std::atomic<bool> ready{false};
  std::atomic<bool> stopping{false};
  std::atomic<bool> reload_ok{true};
  std::atomic<base::TimestampMs> reloaded_at;          ///< The last time that it was loaded.
  std::atomic<base::TimestampMs> reload_failed_at{0};  ///< 0: the last one succeeded.
};

}  // namespace tocsin::app
