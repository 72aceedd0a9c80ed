// Threads for requests that may wait: one each while they run, few when there is little to do.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "engine/base/executor.h"

namespace tocsin::net {

/// Runs every task at once on a thread of its own, up to `threads_max`; tasks beyond that wait in
/// order. The thread that fell idle last is used first, and one that stays idle for `idle_time`
/// ends, so that a quiet process has one. The destructor finishes what was submitted, then joins.
class RequestThreads final : public base::Executor {
 public:
  explicit RequestThreads(size_t threads_max,
                          std::chrono::milliseconds idle_time = std::chrono::seconds(10));
  ~RequestThreads() override;
  void submit(std::function<void()> task) override;
  /// Threads now, idle ones included.
  size_t threads() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::net
