// Bounds how many calls are answered at once.
#pragma once

#include <cstdint>

#include "engine/net/http_server.h"

namespace tocsin::api {

/// `handler` for at most `calls_max` calls below /api/ at once; further ones wait. Answers can be
/// large, and the server would make one for each connection. Queries, which have a bound of their
/// own, and what tells how the process is, never wait here.
net::ServerHandler limit_calls(net::ServerHandler handler, uint32_t calls_max);

}  // namespace tocsin::api
