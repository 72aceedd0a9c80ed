// What libcurl's failures mean to people.
#pragma once

#include <string>

#include "engine/base/status.h"

namespace tocsin::net {

/// What is known about a failed transfer.
struct CurlFailure {
  int curl_code = 0;
  long os_error = 0;    ///< errno of connect or read; 0 unknown.
  std::string address;  ///< "host:port" as the user knows it.
  std::string detail;   ///< libcurl's error buffer.
};

/// "dial tcp host:port: connect: connection refused" and so on; never with a URL or credentials.
base::Error curl_error(const CurlFailure& failure);

}  // namespace tocsin::net
