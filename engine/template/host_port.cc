#include "engine/template/host_port.h"

#include <arpa/inet.h>

namespace tocsin::tmpl {
namespace {

bool is_ip(std::string_view host) {
  const std::string text(host);
  in6_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

}  // namespace

std::optional<HostPort> split_host_port(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = address.substr(0, colon);
  if (address.starts_with('[')) {
    if (!host.ends_with(']') || host.find(']') != host.size() - 1) return std::nullopt;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view port = address.substr(colon + 1);
  if (host.find('[') != std::string_view::npos ||
      port.find_first_of("[]") != std::string_view::npos ||
      host.find(']') != std::string_view::npos) {
    return std::nullopt;
  }
  return HostPort{host, port};
}

std::string strip_port(std::string_view address) {
  const auto parts = split_host_port(address);
  return std::string(parts ? parts->host : address);
}

std::string strip_domain(std::string_view address) {
  const auto parts = split_host_port(address);
  const std::string_view host = parts ? parts->host : address;
  if (is_ip(host)) return std::string(address);
  const std::string_view label = host.substr(0, host.find('.'));
  if (!parts || parts->port.empty()) return std::string(label);
  const bool brackets = label.find(':') != std::string_view::npos;
  std::string out = brackets ? "[" + std::string(label) + "]" : std::string(label);
  return out + ":" + std::string(parts->port);
}

std::string url_path(std::string_view url) {
  const size_t scheme = url.find("://");
  const std::string_view rest = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view path = rest.substr(slash);
  return std::string(path.substr(0, path.find_first_of("?#")));
}

}  // namespace tocsin::tmpl
