// One thread's event queue: posted tasks, steady timers, file descriptors (epoll inside).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace tocsin::net {

/// What libcurl, c-ares and our own connections are driven by. Only post() may be called from other
/// threads. Timers and posts from the running thread cost no system call.
class Reactor {
 public:
  using Task = std::function<void()>;
  using TimerId = uint64_t;  ///< 0 is never a timer.
  /// Told what a descriptor is ready for: one of the two, or both at once. A broken connection
  /// counts as ready for all that is wanted.
  using OnReady = std::function<void(bool readable, bool writable)>;

  Reactor();
  ~Reactor();

  /// Runs until release() was called and nothing is posted, timed or watched any more.
  void run();
  /// Makes run() return soon, whatever is left; it may be called again.
  void stop();
  /// Lets run() end. Called by the running thread.
  void release();
  /// Runs `task` soon, in order of posting. Thread-safe.
  void post(Task task);

  TimerId after(std::chrono::nanoseconds delay, Task task);
  void cancel(TimerId id);

  /// Calls `on_ready` as long as the descriptor is ready for what is wanted. A second call for the
  /// same descriptor replaces what is wanted and the callback, which is free when the same is
  /// wanted as before.
  void watch(int descriptor, bool read, bool write, OnReady on_ready);
  /// Must come before the descriptor is closed.
  void unwatch(int descriptor);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::net
