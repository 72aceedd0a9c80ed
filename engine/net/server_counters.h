// What the server counts while it runs.
#pragma once

#include <atomic>
#include <cstdint>

#include "engine/net/http_server.h"

namespace tocsin::net {

/// ServerStats, as they are counted. Thread-safe.
struct ServerCounters {
  std::atomic<uint64_t> connections{0}, connections_open{0}, connections_refused{0};
  std::atomic<uint64_t> connections_evicted{0};
  std::atomic<uint64_t> requests{0}, requests_refused{0};

  static void count(std::atomic<uint64_t>& one) { one.fetch_add(1, std::memory_order_relaxed); }
  ServerStats read() const {
    const auto now = [](const std::atomic<uint64_t>& one) {
      return one.load(std::memory_order_relaxed);
    };
    return {now(connections),         now(connections_open), now(connections_refused),
            now(connections_evicted), now(requests),         now(requests_refused)};
  }
};

}  // namespace tocsin::net
