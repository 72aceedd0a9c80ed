#include "engine/net/wire_error.h"

#include <cctype>
#include <system_error>

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;

/// Errno's text as Go prints it: "connection refused".
std::string os_text(long os_error) {
  std::string text = std::generic_category().message(static_cast<int>(os_error));
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

std::string read_text(long os_error, const char* otherwise) {
  return os_error != 0 ? "read: " + os_text(os_error) : otherwise;
}

std::string text_of(WireFault fault, long os_error) {
  switch (fault) {
    case WireFault::kConnect:
      return os_error != 0 ? os_text(os_error) : "connection refused or unreachable";
    case WireFault::kNoAnswer:
      return "EOF: the server closed the connection without an answer";
    case WireFault::kRead:
      return read_text(os_error, "the connection broke while the answer was read");
    case WireFault::kSend:
      return read_text(os_error, "the connection broke while the request was sent");
    case WireFault::kCutOff:
      return "unexpected EOF: the answer was cut off";
    case WireFault::kCoding:
      return "the answer's compression is damaged or unknown";
    case WireFault::kMalformed:
      return "malformed HTTP response";
  }
  return "malformed HTTP response";
}

}  // namespace

Error wire_error(WireFault fault, const std::string& address, long os_error) {
  const std::string text = text_of(fault, os_error);
  return {Code::kUnavailable, fault == WireFault::kConnect
                                  ? "dial tcp " + address + ": connect: " + text
                                  : address + ": " + text};
}

Error malformed_error(const std::string& address, std::string_view why) {
  return {Code::kUnavailable, address + ": malformed HTTP response: " + std::string(why)};
}

Error head_too_large_error(const std::string& address) {
  return {Code::kUnavailable, address + ": the answer's headers are too large"};
}

Error body_too_large_error(const std::string& address, uint64_t bytes_max) {
  return {Code::kLimit, address + ": body size limit exceeded: more than " +
                            std::to_string(bytes_max) + " bytes"};
}

Error deadline_error(const std::string& address) {
  return {Code::kTimeout, address + ": context deadline exceeded"};
}

}  // namespace tocsin::net
