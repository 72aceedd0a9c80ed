// Plain GET requests as bytes, and which requests those are. Pure but for credential files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/net/client_setup.h"

namespace tocsin::net {

/// The parts of a plain URL; they live as long as its text.
struct PlainUrl {
  std::string_view host;  ///< Without brackets.
  uint16_t port = 80;
  std::string_view authority;  ///< As it stands in the URL.
  std::string_view target;     ///< Path and query; may lack the leading '/'.
};

/// Takes an http:// URL apart that means one thing only: no user name, no dot segments, no
/// characters that would have to be escaped. nullopt: all others.
std::optional<PlainUrl> split_plain_url(std::string_view url);

/// A request ready to be sent to host:port.
struct GetRequest {
  std::string host;
  uint16_t port = 0;
  std::string bytes;
};

/// True for requests that make_get_request() may be able to make: GET without a body over http and
/// without a proxy, with headers that leave connection and framing alone.
bool may_be_plain_get(const HttpJob& job);

/// nullopt: not a plain request after all. kInvalid: a header or credentials file is unusable.
base::Result<std::optional<GetRequest>> make_get_request(const HttpJob& job);

}  // namespace tocsin::net
