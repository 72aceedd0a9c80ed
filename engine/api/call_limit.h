// Bounds how many calls are answered at once.
#pragma once

#include <cstdint>

#include "engine/net/http_server.h"

namespace tocsin::api {

/// Whoever waits has a connection; some must be left for those who ask how the process is.
inline constexpr uint32_t kWaitingCallsMax = 128;

/// `handler` for at most `calls_max` calls below /api/ at once; up to `waiting_max` further ones
/// wait, the rest are answered 503. Answers can be large, and the server would make one for each
/// connection. Queries, which have a bound of their own, and what tells how the process is, never
/// wait here.
net::ServerHandler limit_calls(net::ServerHandler handler, uint32_t calls_max,
                               uint32_t waiting_max = kWaitingCallsMax);

}  // namespace tocsin::api
