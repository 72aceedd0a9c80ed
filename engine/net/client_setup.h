// What the requests of one HttpClient share.
#pragma once

#include <optional>
#include <string_view>

#include "engine/net/http_client.h"
#include "engine/net/operation.h"
#include "engine/net/tls_setup.h"
#include "engine/net/url.h"

namespace tocsin::net {

/// The content codings that requests accept unless they say otherwise.
inline constexpr const char* kAcceptedCodings = "gzip, deflate, zstd";

/// A client's configuration, made ready.
struct ClientSetup {
  HttpClientConfig config;
  TlsSetup tls;
  std::optional<Url> proxy;
};

/// A request on its way.
struct HttpJob {
  std::shared_ptr<ClientSetup> setup;
  HttpRequest request;
  HttpCallback done;
  Operation::Deadline deadline;
};

bool has_header(const HeaderList& headers, std::string_view name);

/// Whether an answer sends its reader on, by the client's configuration.
bool leads_on(const HttpClientConfig& config, const HttpResponse& response);

/// kInvalid unless the header can be sent as it is.
base::Status check_request_header(std::string_view name, std::string_view value);

}  // namespace tocsin::net
