// Outbound HTTP: many requests at once on one event loop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/status.h"
#include "engine/config/secret.h"

namespace tocsin::net {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// TLS of one client (upstream's tls_config). Files are read again when they change.
struct TlsConfig {
  std::string ca = {}, cert = {}, ca_file = {}, cert_file = {}, key_file = {};
  config::Secret key = {};
  std::string server_name = {};
  std::string min_version = {},
              max_version = {};  ///< "TLS12" and so on; empty: the library's default.
  bool insecure_skip_verify = false;
};

/// HTTP Basic; a file wins over the text beside it.
struct BasicAuth {
  std::string username, username_file, password_file;
  config::Secret password;
};

/// An Authorization header: "<type> <credentials>".
struct Authorization {
  std::string type = "Bearer";
  config::Secret credentials;
  std::string credentials_file;
};

/// How requests of one client authenticate and travel (upstream's http_config).
/// Source: prometheus/common config/http_config.go.
struct HttpClientConfig {
  using BasicAuth = net::BasicAuth;
  using Authorization = net::Authorization;
  std::optional<BasicAuth> basic_auth = {};
  std::optional<Authorization> authorization = {};
  TlsConfig tls = {};
  std::string proxy_url = {};
  bool follow_redirects = true;
  bool enable_http2 = true;
  std::map<std::string, config::Secret> headers = {};  ///< http_headers: extra, may be secret.
};

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};
  HeaderList headers = {};
  std::string body = {};
  base::DurationMs timeout = 10 * base::kSecond;
  uint64_t body_bytes_max = 64u << 20;  ///< Of the decompressed answer; more fails with kLimit.
};

struct HttpResponse {
  int status = 0;
  std::string reason;       ///< What follows the status in an HTTP/1 answer: "Not Found".
  HeaderList headers;       ///< Names lower case.
  std::string body;         ///< Decompressed.
  uint64_t wire_bytes = 0;  ///< Body bytes before decompression.
  /// First value of a header (lower-case name), or "".
  std::string_view header(std::string_view name) const;
};

/// Done with an answer of any status, or failed: kUnavailable (connect, TLS, closed), kTimeout,
/// kLimit (too large), kInvalid (URL, credentials file). Errors never contain credentials.
using HttpCallback = std::function<void(base::Result<HttpResponse>)>;

/// Sends requests. One per http_config; connections are pooled in the event loop.
/// Credentials are not sent to another host when a redirect leads there.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Starts a request; `done` runs exactly once, on the client's loop. Thread-safe.
  virtual void send(HttpRequest request, HttpCallback done) = 0;
  /// Takes the memory of a body that is no longer needed, for later answers. Thread-safe.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): who overrides it takes the body over.
  virtual void recycle(std::string /*body*/) {}
};

}  // namespace tocsin::net
