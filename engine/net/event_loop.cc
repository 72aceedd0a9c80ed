#include "engine/net/event_loop.h"

#include <pthread.h>

#include <utility>

#include "engine/net/loop_client.h"
#include "engine/net/loop_core.h"
#include "engine/net/operation.h"
#include "engine/net/sigpipe.h"

namespace tocsin::net {
namespace {

constexpr size_t kThreadNameMax = 15;  // the kernel's limit

}  // namespace

EventLoop::Impl::Impl(const base::Clock& clock, LoopOptions options)
    : timers(reactor, clock),
      resolver(reactor, {.name_servers = std::move(options.name_servers)}),
      curl(reactor),
      connection_pool(reactor) {}

void EventLoop::Impl::close() {
  is_closing = true;
  timers.close();
  const auto running = std::exchange(operations, {});
  for (const auto& operation : running) {
    operation->fail({base::Code::kCancelled, "cancelled: the program is shutting down"});
  }
  resolver.close();
  curl.close();
  connection_pool.close();
  reactor.release();
}

EventLoop::EventLoop(const base::Clock& clock, std::string thread_name, LoopOptions options)
    : impl_(std::make_unique<Impl>(clock, std::move(options))) {
  impl_->thread = std::thread([this, name = thread_name.substr(0, kThreadNameMax)] {
    pthread_setname_np(pthread_self(), name.c_str());
    block_sigpipe();
    impl_->reactor.run();
  });
}

EventLoop::~EventLoop() {
  impl_->reactor.post([this] { impl_->close(); });
  impl_->thread.join();
}

void EventLoop::post(std::function<void()> task) { impl_->reactor.post(std::move(task)); }

base::TimerId EventLoop::call_at(base::TimestampMs when, std::function<void()> task) {
  return impl_->timers.add(when, std::move(task));
}

void EventLoop::cancel(base::TimerId id) { impl_->timers.cancel(id); }

base::Result<std::unique_ptr<HttpClient>> EventLoop::make_client(HttpClientConfig config) {
  return make_loop_client(*impl_, std::move(config));
}

LoopStats EventLoop::stats() const {
  return {impl_->requests.load(std::memory_order_relaxed),
          impl_->connections.load(std::memory_order_relaxed), impl_->resolver.lookups()};
}

}  // namespace tocsin::net
