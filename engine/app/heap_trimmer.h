// Returns memory to the system that large requests have left in the heap.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>

#include "engine/base/clock.h"
#include "engine/base/executor.h"
#include "engine/net/http_server.h"

namespace tocsin::app {

/// How the C library keeps the heap; for the start of a program. Large buffers get memory of their
/// own, which goes back when they do: it would put them between small objects once it has seen
/// some. And there are no more heaps than threads that can run at once: what is free in one is of
/// no use to the others.
void set_heap_policy();

/// Trims when large requests have paused, and once in a while when they do not: memory that the
/// next one needs again is not given away between two. Small requests cost nothing. Thread-safe.
class HeapTrimmer {
 public:
  static constexpr base::DurationMs kPause = base::kSecond;
  static constexpr base::DurationMs kEvery = 10 * base::kSecond;  ///< Without a pause.
  /// A request is large that moved so many bytes or took so long.
  static constexpr size_t kLargeBytes = 256 << 10;
  static constexpr int64_t kLargeNs = 5'000'000;

  /// `trim` runs on the executor; by default the C library's. All outlive this object's uses, and
  /// stop() is called before the loop ends.
  HeapTrimmer(base::Loop& loop, base::Executor& executor, const base::Clock& clock,
              std::function<void()> trim = trim_heap);

  /// Something large has just ended.
  void note_large();
  /// A handler that answers as `handler` does, and notes large requests.
  net::ServerHandler watch(net::ServerHandler handler);
  void stop();

 private:
  static void trim_heap();
  void schedule(base::TimestampMs when);
  void on_timer();

  base::Loop& loop_;
  base::Executor& executor_;
  const base::Clock& clock_;
  const std::function<void()> trim_;
  std::mutex mutex_;  // Guards what follows.
  bool stopped_ = false;
  bool is_due_ = false;
  base::TimerId timer_ = 0;
  base::TimestampMs first_ = 0;  // Large request since the last trim.
  base::TimestampMs last_ = 0;
};

}  // namespace tocsin::app
