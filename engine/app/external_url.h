// Where people reach this process: --web.external-url, or a guess.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tocsin::app {

/// The machine's name; "localhost" when it has none.
std::string host_name();

/// Checks a value of --web.external-url and takes trailing slashes off; "" stays "".
base::Result<std::string> parse_external_url(std::string_view text);

/// The path of such a URL: "" or "/a/b".
std::string path_of(std::string_view external_url);
/// What is before the path: "https://host:8443".
std::string origin_of(std::string_view external_url);

/// A value of --web.route-prefix as "" or "/a/b".
std::string trim_route_prefix(std::string_view text);

/// http://HOSTNAME:PORT, for when the flag is not given.
std::string default_external_url(uint16_t port);

}  // namespace tocsin::app
