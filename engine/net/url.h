// URLs of outbound requests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tocsin::net {

/// An http or https URL, normalised, with the parts that connecting needs.
struct Url {
  std::string text;    ///< Whole; may contain credentials.
  std::string scheme;  ///< "http" or "https".
  std::string host;    ///< Without brackets.
  uint16_t port = 0;

  /// "host:port", with brackets around an IPv6 address.
  std::string authority() const;
};

/// Fails with kInvalid; the message names the fault, not the URL.
base::Result<Url> parse_url(const std::string& text);

/// Where a Location header of an answer from `from` leads. User names in it are dropped.
base::Result<Url> follow(const Url& from, const std::string& location);

/// Whether what was meant for `from` may be shown to `to`: the same host and port, or the same host
/// with both on their default ports and no step from https to http.
bool may_share_credentials(const Url& from, const Url& to);

/// `url` with another host: for TLS to a server that has a name of its own.
base::Result<Url> with_host(const Url& url, const std::string& host);

/// For people: without user name, password, and with query values shown as "xxxxx".
std::string redact_url(std::string_view url);

/// "host:port" with brackets where IPv6 needs them.
std::string join_host_port(const std::string& host, uint16_t port);

}  // namespace tocsin::net
