// What an EventLoop consists of, for the sources of net.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>

#include "engine/net/answer_reader.h"
#include "engine/net/connection.h"
#include "engine/net/curl_multi.h"
#include "engine/net/event_loop.h"
#include "engine/net/reactor.h"
#include "engine/net/resolver.h"
#include "engine/net/wall_timers.h"

namespace tocsin::net {

class Operation;

/// All but `reactor.post` and the counters belongs to the loop's thread.
struct EventLoop::Impl {
  Impl(const base::Clock& clock, LoopOptions options);
  void close();

  Reactor reactor;
  WallTimers timers;
  Resolver resolver;
  CurlMulti curl;
  ConnectionPool connection_pool;
  AnswerReader::Workspace workspace;  ///< Its buffers may be given back by any thread.
  std::unordered_set<std::shared_ptr<Operation>> operations;
  bool is_closing = false;
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> connections{0};
  std::thread thread;
};

}  // namespace tocsin::net
