#include "engine/api/route_prefix.h"

#include <utility>

namespace tocsin::api {
namespace {

net::ServerResponse lead_to(std::string location) {
  net::ServerResponse out;
  out.status = 302;
  out.content_type.clear();
  out.headers.emplace_back("Location", std::move(location));
  return out;
}

}  // namespace

net::ServerHandler serve_below(std::string prefix, net::ServerHandler handler) {
  if (prefix.empty()) return handler;
  return [prefix = std::move(prefix),
          handler = std::move(handler)](const net::ServerRequest& request) -> net::ServerResponse {
    if (request.path == "/" || request.path == prefix) return lead_to(prefix + "/");
    if (!request.path.starts_with(prefix + "/")) {
      return {.status = 404,
              .content_type = "text/plain; charset=utf-8",
              .headers = {},
              .body = "404 page not found\n"};
    }
    net::ServerRequest inner = request;
    inner.path.erase(0, prefix.size());
    return handler(inner);
  };
}

}  // namespace tocsin::api
