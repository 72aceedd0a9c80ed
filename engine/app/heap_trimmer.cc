#include "engine/app/heap_trimmer.h"

#include <malloc.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace tocsin::app {

void set_heap_policy() {
#ifdef __GLIBC__
  constexpr int kLargeBuffer = 32 << 20;  // The most that is taken.
  constexpr int kKeptAtTheEnd = 8 << 20;  // Of a heap: the default is little once the other is set.
  constexpr unsigned kHeapsMin = 2;
  ::mallopt(M_MMAP_THRESHOLD, kLargeBuffer);
  ::mallopt(M_TRIM_THRESHOLD, kKeptAtTheEnd);
  ::mallopt(M_ARENA_MAX,
            static_cast<int>(std::max(kHeapsMin, std::thread::hardware_concurrency())));
#endif
}

HeapTrimmer::HeapTrimmer(base::Loop& loop, base::Executor& executor, const base::Clock& clock,
                         std::function<void()> trim)
    : loop_(loop), executor_(executor), clock_(clock), trim_(std::move(trim)) {}

void HeapTrimmer::trim_heap() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

void HeapTrimmer::note_large() {
  const std::lock_guard lock(mutex_);
  last_ = clock_.now();
  if (is_due_ || stopped_) return;
  is_due_ = true;
  first_ = last_;
  schedule(last_ + kPause);
}

net::ServerHandler HeapTrimmer::watch(net::ServerHandler handler) {
  return [this, handler = std::move(handler)](const net::ServerRequest& request) {
    const int64_t began_ns = clock_.steady_ns();
    net::ServerResponse response = handler(request);
    const bool moved_much = request.body.size() + response.body.size() >= kLargeBytes;
    if (moved_much || clock_.steady_ns() - began_ns >= kLargeNs) note_large();
    return response;
  };
}

void HeapTrimmer::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (is_due_) loop_.cancel(timer_);
}

void HeapTrimmer::schedule(base::TimestampMs when) {
  timer_ = loop_.call_at(when, [this] { on_timer(); });
}

void HeapTrimmer::on_timer() {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  const base::TimestampMs due = std::min(last_ + kPause, first_ + kEvery);
  if (clock_.now() < due) return schedule(due);
  is_due_ = false;
  executor_.submit(trim_);
}

}  // namespace tocsin::app
