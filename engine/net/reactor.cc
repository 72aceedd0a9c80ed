#include "engine/net/reactor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tocsin::net {
namespace {

using Steady = std::chrono::steady_clock;

constexpr size_t kEventsAtOnce = 64;
/// Rounds of posted tasks that post others before sockets get their turn.
constexpr int kPostedRounds = 8;

/// A watched descriptor. Its callback is shared with the call under way, which may replace it.
struct Watch {
  std::shared_ptr<const Reactor::OnReady> on_ready;
  uint32_t wanted = 0;      // Of EPOLLIN and EPOLLOUT; what epoll was told.
  uint32_t generation = 0;  // Tells this watch from an earlier one of the same number.
};

/// What comes back with an event.
uint64_t tag_of(int descriptor, uint32_t generation) {
  return uint64_t{generation} << 32 | static_cast<uint32_t>(descriptor);
}

}  // namespace

struct Reactor::Impl {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  const int bell = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);  // Rung for a loop that sleeps.

  std::mutex mutex;
  std::vector<Task> posted;  // by mutex
  bool is_asleep = false;    // by mutex
  bool is_stopped = false;   // by mutex

  bool is_released = false;
  bool has_fine_wait = true;  // epoll_pwait2
  std::vector<Task> batch;    // Posted tasks that run now; kept for its memory.
  std::unordered_map<int, Watch> watches;
  uint32_t generation = 0;
  std::map<std::pair<Steady::time_point, TimerId>, Task> timers;
  std::unordered_map<TimerId, Steady::time_point> due;
  TimerId next_timer = 1;

  Impl() {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = tag_of(bell, 0);
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, bell, &event);
  }

  ~Impl() {
    // What tasks hold may call back into this object when it goes.
    const std::vector<Task> forgotten = std::exchange(posted, {});
    const auto timers_left = std::exchange(timers, {});
    const auto watches_left = std::exchange(watches, {});
    ::close(bell);
    ::close(epoll);
  }

  bool has_work() const {
    return !is_released || !posted.empty() || !timers.empty() || !watches.empty();
  }

  /// Runs what was posted so far. False: there was nothing.
  bool run_posted() {
    {
      const std::lock_guard lock(mutex);
      if (posted.empty() || is_stopped) return false;
      batch.swap(posted);
    }
    for (Task& task : batch) std::exchange(task, nullptr)();
    batch.clear();
    return true;
  }

  void run_due() {
    if (timers.empty()) return;
    const Steady::time_point now = Steady::now();
    const TimerId newest = next_timer;  // timers that the tasks add wait for the next round
    while (!timers.empty()) {
      const auto first = timers.begin();
      if (first->first.first > now || first->first.second >= newest) return;
      const Task task = std::move(first->second);
      due.erase(first->first.second);
      timers.erase(first);
      task();
    }
  }

  /// Until the first timer; nothing: for ever.
  std::optional<std::chrono::nanoseconds> patience() const {
    if (timers.empty()) return std::nullopt;
    return std::max(timers.begin()->first.first - Steady::now(), Steady::duration::zero());
  }

  int wait(epoll_event* events, std::optional<std::chrono::nanoseconds> time) {
    constexpr int64_t kNsPerSecond = 1'000'000'000;
    constexpr int64_t kNsPerMs = 1'000'000;
    timespec limit{};
    if (time) limit = {time->count() / kNsPerSecond, time->count() % kNsPerSecond};
    if (has_fine_wait) {
      const int count =
          ::epoll_pwait2(epoll, events, kEventsAtOnce, time ? &limit : nullptr, nullptr);
      if (count >= 0 || errno == EINTR) return count;
      has_fine_wait = false;
    }
    // Kernels before 5.11, and sandboxes that do not know the call, count in milliseconds; a timer
    // must not run early.
    const int64_t ms = time ? (time->count() + kNsPerMs - 1) / kNsPerMs : -1;
    return ::epoll_wait(epoll, events, kEventsAtOnce,
                        static_cast<int>(std::min<int64_t>(ms, INT_MAX)));
  }

  void wait_for_events() {
    std::array<epoll_event, kEventsAtOnce> events;
    auto time = patience();
    {
      const std::lock_guard lock(mutex);
      if (is_stopped) return;
      is_asleep = posted.empty();
      if (!is_asleep) time = std::chrono::nanoseconds::zero();
    }
    const int count = wait(events.data(), time);
    {
      const std::lock_guard lock(mutex);
      is_asleep = false;
    }
    for (int i = 0; i < count; ++i) dispatch(events[static_cast<size_t>(i)]);
  }

  void dispatch(const epoll_event& event) {
    const auto descriptor = static_cast<int>(event.data.u64 & UINT32_MAX);
    if (descriptor == bell) {
      uint64_t rung = 0;
      while (::read(bell, &rung, sizeof(rung)) < 0 && errno == EINTR) continue;
      return;
    }
    const auto found = watches.find(descriptor);
    // An event before this one may have ended the watch.
    if (found == watches.end() || tag_of(descriptor, found->second.generation) != event.data.u64) {
      return;
    }
    const bool is_broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    const uint32_t ready = is_broken ? found->second.wanted : event.events & found->second.wanted;
    if (ready == 0) return;
    const auto call = found->second.on_ready;
    (*call)((ready & EPOLLIN) != 0, (ready & EPOLLOUT) != 0);
  }

  void ring() const {
    const uint64_t one = 1;
    while (::write(bell, &one, sizeof(one)) < 0 && errno == EINTR) continue;
  }

  void tell_epoll(int descriptor, Watch& watch, uint32_t wanted) {
    epoll_event event{};
    event.events = wanted;
    event.data.u64 = tag_of(descriptor, watch.generation);
    const int what = watch.wanted == 0 ? EPOLL_CTL_ADD
                     : wanted == 0     ? EPOLL_CTL_DEL
                                       : EPOLL_CTL_MOD;
    // Without kernel memory to watch it, nothing is heard of it and the owner's time-out speaks.
    if (::epoll_ctl(epoll, what, descriptor, &event) == 0 || wanted == 0) watch.wanted = wanted;
  }
};

Reactor::Reactor() : impl_(std::make_unique<Impl>()) {}
Reactor::~Reactor() = default;

void Reactor::run() {
  const auto goes_on = [this] {
    const std::lock_guard lock(impl_->mutex);
    return !impl_->is_stopped && impl_->has_work();
  };
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->is_stopped = false;
  }
  for (;;) {
    impl_->run_due();
    for (int round = 0; round < kPostedRounds && impl_->run_posted(); ++round) continue;
    if (!goes_on()) return;
    impl_->wait_for_events();
  }
}

void Reactor::stop() {
  const std::lock_guard lock(impl_->mutex);
  impl_->is_stopped = true;
  if (std::exchange(impl_->is_asleep, false)) impl_->ring();
}

void Reactor::release() { impl_->is_released = true; }

void Reactor::post(Task task) {
  const std::lock_guard lock(impl_->mutex);
  impl_->posted.push_back(std::move(task));
  if (std::exchange(impl_->is_asleep, false)) impl_->ring();
}

Reactor::TimerId Reactor::after(std::chrono::nanoseconds delay, Task task) {
  const TimerId id = impl_->next_timer++;
  const Steady::time_point when =
      Steady::now() + std::chrono::duration_cast<Steady::duration>(delay);
  impl_->timers.emplace(std::pair{when, id}, std::move(task));
  impl_->due.emplace(id, when);
  return id;
}

void Reactor::cancel(TimerId id) {
  const auto found = impl_->due.find(id);
  if (found == impl_->due.end()) return;
  const auto task = impl_->timers.extract({found->second, id});  // goes last: it may call back
  impl_->due.erase(found);
}

void Reactor::watch(int descriptor, bool read, bool write, OnReady on_ready) {
  Watch& watch = impl_->watches[descriptor];
  if (watch.generation == 0) watch.generation = ++impl_->generation;
  watch.on_ready = std::make_shared<const OnReady>(std::move(on_ready));
  const uint32_t wanted = (read ? uint32_t{EPOLLIN} : 0) | (write ? uint32_t{EPOLLOUT} : 0);
  if (wanted != watch.wanted) impl_->tell_epoll(descriptor, watch, wanted);
}

void Reactor::unwatch(int descriptor) {
  const auto found = impl_->watches.find(descriptor);
  if (found == impl_->watches.end()) return;
  if (found->second.wanted != 0) impl_->tell_epoll(descriptor, found->second, 0);
  const auto watch = impl_->watches.extract(found);
}

}  // namespace tocsin::net
