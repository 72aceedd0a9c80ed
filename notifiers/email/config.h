// email_configs[].
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "notifiers/global_config.h"

namespace tocsin::notifiers {

/// Threads all mails of a group, or of a group and day.
enum class EmailThreading : uint8_t { kOff, kByGroup, kByGroupAndDay };

/// Source: prometheus/alertmanager config/notifiers.go EmailConfig.
struct EmailConfig {
  bool send_resolved = false;
  TemplateText to, from;
  HostPort smarthost;
  std::string hello;
  std::string auth_username, auth_identity;
  config::Secret auth_password, auth_secret;
  SecretFile auth_password_file, auth_secret_file;
  std::vector<std::pair<std::string, TemplateText>> headers;  ///< Sorted; names like "X-Foo-Bar".
  TemplateText html{R"({{ template "email.default.html" . }})"};
  TemplateText text;
  bool require_tls = true;
  bool implicit_tls = false;  ///< TLS from the first byte.
  net::TlsConfig tls;
  EmailThreading threading = EmailThreading::kOff;
  base::Position where;
};

base::Result<EmailConfig> parse_email_config(const config::YamlNode& node,
                                             const GlobalConfig& global);

/// "x-foo-BAR" → "X-Foo-Bar"; a name with a byte that no header may have stays as it is.
/// Source: Go net/textproto CanonicalMIMEHeaderKey.
std::string canonical_header_name(std::string_view name);

}  // namespace tocsin::notifiers
