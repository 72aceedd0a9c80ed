// The real Loop: one thread, timers, sockets, outbound transfers.
#pragma once

#include <functional>
#include <memory>

#include "engine/base/clock.h"
#include "engine/net/http_client.h"

namespace tocsin::net {

/// A thread that runs posted tasks, timers and libcurl transfers (asio inside). The destructor
/// cancels transfers (their callbacks get kCancelled), runs what was posted, joins.
class EventLoop final : public base::Loop {
 public:
  explicit EventLoop(const base::Clock& clock, std::string thread_name);
  ~EventLoop() override;
  void post(std::function<void()> task) override;
  base::TimerId call_at(base::TimestampMs when, std::function<void()> task) override;
  void cancel(base::TimerId id) override;
  /// A client whose requests run on this loop. Fails when the configuration cannot work (unreadable
  /// CA file, unknown TLS version). The loop must outlive it.
  base::Result<std::unique_ptr<HttpClient>> make_client(HttpClientConfig config);

  struct Impl;
  Impl& impl() { return *impl_; }  ///< For the sources of net.

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::net
