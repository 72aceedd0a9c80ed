// The Authorization of a request, from configuration and files.
#pragma once

#include <string>

#include "engine/base/status.h"
#include "engine/net/http_client.h"

namespace tocsin::net {

/// The value of the Authorization header; empty: none. Reads credential files anew (surrounding
/// whitespace trimmed), so that rotated tokens work at once. Fails with kInvalid when a file cannot
/// be read or holds what no header can carry.
base::Result<std::string> load_authorization(const HttpClientConfig& config);

}  // namespace tocsin::net
