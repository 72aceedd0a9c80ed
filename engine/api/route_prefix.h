// Serving everything below a path of its own, as behind a proxy that serves others, too.
#pragma once

#include <string>

#include "engine/net/http_server.h"

namespace tocsin::api {

/// `handler` for what is below `prefix` ("/a/b"), which it does not see; "/" and the prefix itself
/// lead there, other paths are not found. With "" it is `handler` itself.
/// Source: prometheus web/web.go New, --web.route-prefix.
net::ServerHandler serve_below(std::string prefix, net::ServerHandler handler);

}  // namespace tocsin::api
