#include "engine/net/listen_address.h"

#include <charconv>

namespace tocsin::net {

using base::Code;
using base::Error;

base::Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto invalid = [text](const char* why) {
    return Error{Code::kInvalid, "listen address \"" + std::string(text) + "\": " + why};
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return invalid("missing port, write host:port");
  ListenAddress out;
  std::string_view host = text.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return invalid("write an IPv6 address in brackets");
  }
  out.host = host;
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc() || end != port.data() + port.size())
    return invalid("the port must be a number from 0 to 65535");
  return out;
}

}  // namespace tocsin::net
