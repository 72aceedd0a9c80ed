// The Authorization of a request, from configuration and files.
#pragma once

#include <string>

#include "engine/base/status.h"
#include "engine/net/http_client.h"

namespace tocsin::net {

/// What a request presents; all empty: nothing.
struct Credentials {
  std::string username, password;  ///< HTTP Basic, when `is_basic`.
  bool is_basic = false;
  std::string authorization;  ///< Value of the Authorization header.
};

/// Reads credential files anew (surrounding whitespace trimmed), so that rotated tokens work at
/// once. Fails with kInvalid when a file cannot be read or holds what no header can carry.
base::Result<Credentials> load_credentials(const HttpClientConfig& config);

}  // namespace tocsin::net
