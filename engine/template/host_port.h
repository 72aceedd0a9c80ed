// Hosts, ports and paths out of addresses, as Go's net package takes them apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::tmpl {

struct HostPort {
  std::string_view host;
  std::string_view port;
};

/// net.SplitHostPort; nullopt when it is not host:port or [host]:port.
std::optional<HostPort> split_host_port(std::string_view address);
/// The host of host:port, without the brackets of IPv6; unchanged when it is not host:port.
std::string strip_port(std::string_view address);
/// The first label of a host name, with the port; IP addresses unchanged.
std::string strip_domain(std::string_view address);
/// The path of an absolute URL, "" when it has none.
std::string url_path(std::string_view url);

}  // namespace tocsin::tmpl
