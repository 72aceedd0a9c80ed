// libcurl's multi interface, driven by a Reactor.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/net/reactor.h"

namespace tocsin::net {

using CurlEasy = void;  ///< libcurl's CURL, without its header.

/// Runs transfers; keeps connections for the next ones. One thread: the reactor's.
class CurlMulti {
 public:
  /// Idle connections kept. libcurl's own default (4 × running transfers) would close most of them
  /// between two rounds of scrapes.
  static constexpr long kIdleConnectionsMax = 16'384;

  explicit CurlMulti(Reactor& reactor);
  ~CurlMulti();

  /// A clean handle; give it back with recycle().
  CurlEasy* take();
  void recycle(CurlEasy* easy);

  /// Starts a transfer; `done` gets its CURLcode.
  void start(CurlEasy* easy, std::function<void(int)> done);
  /// Stops a transfer; its `done` is not called. No effect when it is not running.
  void cancel(CurlEasy* easy);
  /// Closes idle connections. Nothing may be started afterwards.
  void close();

 private:
  static int on_socket(void* easy, int descriptor, int what, void* self, void* socket_data);
  static int on_timer(void* multi, long timeout_ms, void* self);
  void take_turn();
  void act(int descriptor, int events);
  void collect();

  static constexpr size_t kIdleHandlesMax = 16;  // Each keeps its receive buffer.

  Reactor& reactor_;
  void* multi_;
  Reactor::TimerId alarm_ = 0;
  bool wants_turn_ = false;  // libcurl asked for a time-out at once.
  bool turn_posted_ = false;
  std::unordered_map<CurlEasy*, std::function<void(int)>> running_;
  std::vector<CurlEasy*> idle_;
};

}  // namespace tocsin::net
