// The real Loop: one thread, timers, sockets, outbound transfers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/clock.h"
#include "engine/net/http_client.h"

namespace tocsin::net {

struct LoopOptions {
  std::string name_servers;  ///< "10.0.0.2:53,[::1]:5353"; empty: the system's.
};

/// Counted since the start.
struct LoopStats {
  uint64_t requests = 0;     ///< HTTP requests put on the wire, redirects included.
  uint64_t connections = 0;  ///< Connections opened for them.
  uint64_t lookups = 0;      ///< Names asked of the name server.
};

/// A thread that runs posted tasks, timers and outbound requests. The destructor
/// cancels requests (their callbacks get kCancelled), runs what was posted, joins. Timers that are
/// not due by then are forgotten.
class EventLoop final : public base::Loop {
 public:
  explicit EventLoop(const base::Clock& clock, std::string thread_name, LoopOptions options = {});
  ~EventLoop() override;
  void post(std::function<void()> task) override;
  base::TimerId call_at(base::TimestampMs when, std::function<void()> task) override;
  void cancel(base::TimerId id) override;
  /// A client whose requests run on this loop. Fails when the configuration cannot work (unreadable
  /// CA file, unknown TLS version). The loop must outlive it; its requests outlive the client.
  base::Result<std::unique_ptr<HttpClient>> make_client(HttpClientConfig config);
  /// Thread-safe.
  LoopStats stats() const;

  struct Impl;
  Impl& impl() { return *impl_; }  ///< For the sources of net.

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::net
