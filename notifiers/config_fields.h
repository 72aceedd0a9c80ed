// Reading alertmanager.yml: typed fields with upstream's defaults and checks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/config/secret.h"
#include "engine/config/yaml.h"
#include "engine/net/http_client.h"

namespace tocsin::notifiers {

/// A field that is a template, and where it stands.
struct TemplateText {
  std::string text;
  base::Position where = {};
};

/// A template that is secret, too (a key, a webhook address).
struct SecretTemplate {
  config::Secret text;
  base::Position where = {};
};

/// A file whose content is a secret. It is read each time the secret is needed.
struct SecretFile {
  std::string path;         ///< As written; relative to the working directory, as upstream.
  std::string config_file;  ///< Its folder is tried next.
  bool empty() const { return path.empty(); }
};

/// The file's content without surrounding white space. Fails with the path.
base::Result<std::string> read_secret_file(const SecretFile& file);

struct HostPort {
  std::string host, port;
  uint16_t port_number = 0;
  bool empty() const { return host.empty() && port.empty(); }
  std::string to_string() const;  ///< "host:port", "[::1]:25".
};

// Each reads one key if it is there. A null leaves the default, as upstream.
using Fields = config::YamlFields;
void read_text(Fields& fields, std::string_view key, std::string& out);
void read_template(Fields& fields, std::string_view key, TemplateText& out);
void read_secret(Fields& fields, std::string_view key, config::Secret& out);
void read_secret_template(Fields& fields, std::string_view key, SecretTemplate& out);
void read_secret_file_name(Fields& fields, std::string_view key, SecretFile& out);
void read_flag(Fields& fields, std::string_view key, bool& out);
void read_flag(Fields& fields, std::string_view key, std::optional<bool>& out);
void read_go_duration(Fields& fields, std::string_view key, base::DurationMs& out);
void read_url(Fields& fields, std::string_view key, std::string& out);
/// "<secret>", as a shown configuration has it, is accepted.
void read_secret_url(Fields& fields, std::string_view key, config::Secret& out);
void read_host_port(Fields& fields, std::string_view key, HostPort& out);
/// http_config; absent or null leaves `out`, which is global's. No merging, as upstream.
void read_http(Fields& fields, net::HttpClientConfig& out);
void read_tls(Fields& fields, std::string_view key, net::TlsConfig& out);

/// Refuses what upstream refuses: `unsupported scheme "x" for URL`, `missing host for URL`.
base::Status check_url(std::string_view url);
/// As check_url, with errors that repeat nothing of the text.
base::Status check_secret_url(std::string_view url);

inline base::Error invalid_at(const base::Position& where, std::string message) {
  return {base::Code::kInvalid, std::move(message), where};
}

}  // namespace tocsin::notifiers
