#include "engine/net/reactor.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace tocsin::net {
namespace {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;
using Descriptor = asio::posix::stream_descriptor;

/// A watched descriptor. asio reports readiness once per wait, so each wait is repeated while it is
/// still wanted.
struct Watch : std::enable_shared_from_this<Watch> {
  explicit Watch(asio::io_context& io) : descriptor(io) {}

  void arm() {
    arm(Descriptor::wait_read, wants_read, read_waits);
    arm(Descriptor::wait_write, wants_write, write_waits);
  }

  void arm(Descriptor::wait_type type, const bool& wanted, bool& waits) {
    if (!wanted || waits) return;
    waits = true;
    auto self = shared_from_this();
    descriptor.async_wait(type, [self, type, &wanted, &waits](boost::system::error_code error) {
      waits = false;
      if (error || self->is_gone || !wanted) return;
      const Reactor::OnReady call = self->on_ready;  // the call may replace or end the watch
      call(type == Descriptor::wait_read, type == Descriptor::wait_write);
      if (!self->is_gone) self->arm();
    });
  }

  Descriptor descriptor;
  Reactor::OnReady on_ready;
  bool wants_read = false, wants_write = false;
  bool read_waits = false, write_waits = false;
  bool is_gone = false;
};

}  // namespace

struct Reactor::Impl {
  asio::io_context io{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{
      asio::make_work_guard(io)};
  std::unordered_map<int, std::shared_ptr<Watch>> watches;
  std::map<std::pair<Steady::time_point, TimerId>, Task> timers;
  std::unordered_map<TimerId, Steady::time_point> due;
  TimerId next_timer = 1;
  asio::steady_timer alarm{io};
  std::optional<Steady::time_point> alarm_at;

  void arm_alarm() {
    if (timers.empty()) {
      alarm_at.reset();
      alarm.cancel();
      return;
    }
    const Steady::time_point first = timers.begin()->first.first;
    // An alarm that comes too early costs one wake-up; re-arming for each change costs more.
    if (alarm_at && *alarm_at <= first) return;
    alarm_at = first;
    alarm.expires_at(first);
    alarm.async_wait([this](boost::system::error_code error) {
      if (error) return;
      alarm_at.reset();
      run_due();
      arm_alarm();
    });
  }

  void run_due() {
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
};

Reactor::Reactor() : impl_(std::make_unique<Impl>()) {}
Reactor::~Reactor() = default;

void Reactor::run() {
  impl_->io.restart();
  impl_->io.run();
}

void Reactor::stop() { impl_->io.stop(); }
void Reactor::release() { impl_->work.reset(); }
void Reactor::post(Task task) { asio::post(impl_->io, std::move(task)); }

Reactor::TimerId Reactor::after(std::chrono::nanoseconds delay, Task task) {
  const TimerId id = impl_->next_timer++;
  const Steady::time_point when =
      Steady::now() + std::chrono::duration_cast<Steady::duration>(delay);
  impl_->timers.emplace(std::pair{when, id}, std::move(task));
  impl_->due.emplace(id, when);
  impl_->arm_alarm();
  return id;
}

void Reactor::cancel(TimerId id) {
  const auto found = impl_->due.find(id);
  if (found == impl_->due.end()) return;
  impl_->timers.erase({found->second, id});
  impl_->due.erase(found);
  if (impl_->timers.empty()) impl_->arm_alarm();
}

void Reactor::watch(int descriptor, bool read, bool write, OnReady on_ready) {
  std::shared_ptr<Watch>& watch = impl_->watches[descriptor];
  if (!watch) {
    watch = std::make_shared<Watch>(impl_->io);
    boost::system::error_code error;
    watch->descriptor.assign(descriptor, error);
    // Without kernel memory to watch it, the wait below fails at once and the owner's time-out
    // speaks.
    if (error) watch->is_gone = true;
  }
  watch->wants_read = read;
  watch->wants_write = write;
  watch->on_ready = std::move(on_ready);
  const std::shared_ptr<Watch> held = watch;
  held->arm();
}

void Reactor::unwatch(int descriptor) {
  const auto found = impl_->watches.find(descriptor);
  if (found == impl_->watches.end()) return;
  found->second->is_gone = true;
  found->second->descriptor.release();  // the descriptor belongs to whoever opened it
  impl_->watches.erase(found);
}

}  // namespace tocsin::net
