// A socket that listens.
#pragma once

#include <cstdint>

#include "engine/base/status.h"
#include "engine/net/listen_address.h"

namespace tocsin::net {

struct ListenSocket {
  int descriptor = -1;  ///< The caller's to close.
  bool is_v6 = false;
  uint16_t port = 0;  ///< The one bound, of port 0.
};

/// Binds and listens. Without a host: on every address, of IPv6 as well where the machine has it.
/// Fails with kUnavailable and one sentence.
base::Result<ListenSocket> listen_on(const ListenAddress& address);

}  // namespace tocsin::net
