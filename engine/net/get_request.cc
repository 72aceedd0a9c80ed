#include "engine/net/get_request.h"

#include <algorithm>
#include <array>

#include "engine/net/credentials.h"
#include "engine/net/http_field.h"
#include "engine/net/resolver.h"
#include "engine/net/text.h"

namespace tocsin::net {
namespace {

using base::Result;
using base::Status;

constexpr std::string_view kScheme = "http://";
constexpr uint16_t kDefaultPort = 80;

/// Headers that say how a message is framed or sent.
constexpr std::array<std::string_view, 9> kFraming{
    "host",    "connection", "content-length", "transfer-encoding",  "te",
    "trailer", "upgrade",    "expect",         "proxy-authorization"};

bool is_framing(std::string_view name) {
  return std::any_of(kFraming.begin(), kFraming.end(),
                     [name](std::string_view known) { return equal_ignoring_case(name, known); });
}

bool is_host_name(std::string_view host) {
  for (const char c : host) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!alphanumeric && c != '-' && c != '.' && c != '_') return false;
  }
  return !host.empty();
}

/// "127.1", "0x7f000001": ways to write an address that need to be understood first.
bool looks_numeric(std::string_view host) {
  const size_t dot = host.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? host : host.substr(dot + 1);
  return last.empty() || (last.front() >= '0' && last.front() <= '9');
}

/// "host", "host:port", "[::1]:port". False: something else.
bool split_authority(std::string_view authority, PlainUrl& out) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return false;
    out.host = authority.substr(1, bracket - 1);
    port = authority.substr(bracket + 1);
    if (!is_address(std::string(out.host))) return false;
  } else {
    const size_t colon = std::min(authority.find(':'), authority.size());
    out.host = authority.substr(0, colon);
    port = authority.substr(colon);
    if (!is_host_name(out.host)) return false;
    if (looks_numeric(out.host) && !is_address(std::string(out.host))) return false;
  }
  if (port.empty()) return true;
  const auto number = port.front() == ':' ? parse_length(port.substr(1)) : std::nullopt;
  if (!number || *number == 0 || *number > UINT16_MAX) return false;
  out.port = static_cast<uint16_t>(*number);
  return true;
}

bool is_plain_target(std::string_view target) {
  for (const char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f) return false;
  }
  return target.find("/.") == std::string_view::npos;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// The configured headers and what the request brings along.
Status append_headers(const HttpJob& job, std::string& out) {
  std::string_view codings = kAcceptedCodings;
  for (const auto& [name, value] : job.request.headers) {
    RETURN_IF_ERROR(check_request_header(name, value));
    if (equal_ignoring_case(name, "accept-encoding")) {
      codings = value;
    } else {
      append_field(out, name, value);
    }
  }
  for (const auto& [name, value] : job.setup->config.headers) {
    RETURN_IF_ERROR(check_request_header(name, value.reveal()));
    append_field(out, name, value.reveal());
  }
  append_field(out, "Accept-Encoding", codings);
  return {};
}

bool accepts_something(const HttpJob& job) {
  const auto& configured = job.setup->config.headers;
  return has_header(job.request.headers, "accept") ||
         std::any_of(configured.begin(), configured.end(), [](const auto& header) {
           return equal_ignoring_case(header.first, "accept");
         });
}

}  // namespace

std::optional<PlainUrl> split_plain_url(std::string_view url) {
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  PlainUrl out;
  const size_t end = std::min(url.find_first_of("/?#"), url.size());
  out.authority = url.substr(0, end);
  out.target = url.substr(end, url.find('#') - end);
  if (!split_authority(out.authority, out) || !is_plain_target(out.target)) return std::nullopt;
  return out;
}

bool may_be_plain_get(const HttpJob& job) {
  const auto leaves_framing = [](const auto& header) { return !is_framing(header.first); };
  const auto& given = job.request.headers;
  const auto& configured = job.setup->config.headers;
  return job.request.method == "GET" && job.request.body.empty() && !job.setup->proxy &&
         std::string_view(job.request.url).starts_with(kScheme) &&
         std::all_of(given.begin(), given.end(), leaves_framing) &&
         std::all_of(configured.begin(), configured.end(), [&](const auto& header) {
           return leaves_framing(header) && !equal_ignoring_case(header.first, "authorization") &&
                  !equal_ignoring_case(header.first, "accept-encoding");
         });
}

Result<std::optional<GetRequest>> make_get_request(const HttpJob& job) {
  const auto url = split_plain_url(job.request.url);
  if (!url) return std::optional<GetRequest>();
  // Unreadable certificates fail every request of a client, as upstream.
  RETURN_IF_ERROR(job.setup->tls.material());
  GetRequest out{std::string(url->host), url->port, {}};
  constexpr size_t kUsualBytes = 640;
  std::string& bytes = out.bytes;
  bytes.reserve(kUsualBytes);
  bytes.append("GET ").append(url->target.starts_with('/') ? "" : "/").append(url->target);
  bytes.append(" HTTP/1.1\r\nHost: ");
  const bool names_default_port = url->port == kDefaultPort && url->authority.ends_with(":80");
  bytes.append(url->authority.substr(0, url->authority.size() - (names_default_port ? 3 : 0)));
  bytes.append("\r\n");
  if (!has_header(job.request.headers, "authorization")) {
    ASSIGN_OR_RETURN(const std::string authorization, load_authorization(job.setup->config));
    if (!authorization.empty()) append_field(bytes, "Authorization", authorization);
  }
  if (!accepts_something(job)) append_field(bytes, "Accept", "*/*");
  RETURN_IF_ERROR(append_headers(job, bytes));
  bytes.append("\r\n");
  return std::optional<GetRequest>(std::move(out));
}

}  // namespace tocsin::net
