// A server that says byte for byte what a test wants.
#pragma once

#include <sys/time.h>

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "tests/unit/net/net_fixture.h"

namespace tocsin::testing {

/// One accepted connection, blocking.
class ScriptedPeer {
 public:
  explicit ScriptedPeer(int socket) : socket_(socket) {}
  /// The next request's head; empty when the client closed.
  std::string read_request() const;
  void say(std::string_view bytes) const;
  /// Waits that long for the client to close; what it sends meanwhile is dropped.
  bool is_closed(timeval patience) const;
  /// Makes the close that follows a reset.
  void reset_on_close() const;

 private:
  int socket_;
};

/// Runs a script for each connection, one after another, and closes it when the script ends.
class ScriptedServer {
 public:
  using Script = std::function<void(const ScriptedPeer& peer, int connection)>;
  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  std::string url(std::string_view path = "/") const;
  std::string address() const;
  int connections() const { return connections_; }

 private:
  void serve();

  const Script script_;
  const SilentSocket listener_{SilentSocket::Kind::kTcp};
  std::atomic<int> connections_ = 0;
  std::atomic<bool> is_ending_ = false;
  std::thread thread_;
};

}  // namespace tocsin::testing
