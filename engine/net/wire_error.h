// What goes wrong between us and a server, in words for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tocsin::net {

enum class WireFault : uint8_t {
  kConnect,
  kNoAnswer,  ///< Closed before the first byte.
  kRead,
  kSend,
  kCutOff,     ///< Closed before the last byte.
  kCoding,     ///< Content-Encoding damaged or unknown.
  kMalformed,  ///< Not HTTP.
};

/// "dial tcp host:port: connect: connection refused" and so on; never with a URL or credentials.
/// `address` is "host:port" as the user knows it; `os_error` an errno, 0 unknown.
base::Error wire_error(WireFault fault, const std::string& address, long os_error = 0);
base::Error malformed_error(const std::string& address, std::string_view why);
base::Error head_too_large_error(const std::string& address);
base::Error body_too_large_error(const std::string& address, uint64_t bytes_max);
base::Error deadline_error(const std::string& address);

}  // namespace tocsin::net
