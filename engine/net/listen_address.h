// "host:port" of listeners.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tocsin::net {

struct ListenAddress {
  std::string host;  ///< Empty: every address of the machine. Without brackets.
  uint16_t port = 0;
};

/// Splits "host:port", ":9099", "[::1]:0". Fails with kInvalid.
base::Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace tocsin::net
