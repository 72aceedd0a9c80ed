// Bounds how many calls are answered at once.
#pragma once

#include <cstdint>

#include "engine/base/clock.h"
#include "engine/net/http_server.h"

namespace tocsin::api {

struct CallLimits {
  uint32_t calls_max = 8;  ///< At once.
  /// Whoever waits has a connection; some must be left for those who ask how the process is.
  uint32_t waiting_max = 128;
  base::DurationMs patience = 30 * base::kSecond;  ///< How long a call waits.
};

/// `handler` within `limits` for calls below /api/; what is too many, or has waited too long, is
/// answered 503. Answers can be large, and the server would make one for each connection. Queries,
/// which have a gate of their own, and what tells how the process is, never wait here. `clock` must
/// outlive the result.
net::ServerHandler limit_calls(net::ServerHandler handler, const base::Clock& clock,
                               const CallLimits& limits);

}  // namespace tocsin::api
