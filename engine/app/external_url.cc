#include "engine/app/external_url.h"

#include <unistd.h>

#include <array>

namespace tocsin::app {

using base::Code;
using base::Error;

std::string host_name() {
  std::array<char, 256> name{};
  const bool known = ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0';
  return known ? name.data() : "localhost";
}

base::Result<std::string> parse_external_url(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  if (text.empty()) return std::string();
  const size_t scheme = text.find("://");
  const std::string_view name = text.substr(0, scheme);
  if (scheme == std::string_view::npos || (name != "http" && name != "https")) {
    return Error{Code::kInvalid, "must start with http:// or https://"};
  }
  const std::string_view rest = text.substr(scheme + 3);
  if (rest.find_first_of("?# ") != std::string_view::npos) {
    return Error{Code::kInvalid, "must have no query, fragment or blank"};
  }
  const std::string_view host = rest.substr(0, rest.find('/'));
  if (host.empty()) return Error{Code::kInvalid, "must name a host"};
  return std::string(text);
}

std::string origin_of(std::string_view external_url) {
  const size_t scheme = external_url.find("://");
  const size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  return std::string(external_url.substr(0, external_url.find('/', host)));
}

std::string path_of(std::string_view external_url) {
  return std::string(external_url.substr(origin_of(external_url).size()));
}

std::string trim_route_prefix(std::string_view text) {
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  return text.empty() ? std::string() : "/" + std::string(text);
}

std::string default_external_url(uint16_t port) {
  return "http://" + host_name() + ":" + std::to_string(port);
}

}  // namespace tocsin::app
