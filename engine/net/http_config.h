// http_config from YAML: how requests authenticate and travel.
#pragma once

#include "engine/base/status.h"
#include "engine/config/yaml.h"
#include "engine/net/http_client.h"

namespace tocsin::net {

/// Reads the http_config keys out of a mapping that holds others, too (a scrape_config, an
/// alertmanager). `fields` reads `node`; its own errors stay in it for finish(). Fails with
/// upstream's texts when keys exclude each other; what this version lacks (oauth2, no_proxy,
/// proxy_from_environment, *_ref …) is refused by name. Relative paths are resolved against the
/// folder of the node's file. Source: prometheus/common config/http_config.go Validate.
base::Status read_http_config(config::YamlFields& fields, const config::YamlNode& node,
                              HttpClientConfig& out);

/// A mapping that is an http_config and nothing else. Null is the default.
base::Result<HttpClientConfig> parse_http_config(const config::YamlNode& node);

/// A tls_config mapping.
base::Result<TlsConfig> parse_tls_config(const config::YamlNode& node);

}  // namespace tocsin::net
