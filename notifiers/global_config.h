// The `global` section of alertmanager.yml.
#pragma once

#include "notifiers/config_fields.h"

namespace tocsin::notifiers {

/// Defaults of receivers. Source: prometheus/alertmanager config/config.go GlobalConfig.
struct GlobalConfig {
  base::DurationMs resolve_timeout = 5 * base::kMinute;
  net::HttpClientConfig http;

  std::string smtp_from;
  std::string smtp_hello = "localhost";
  HostPort smtp_smarthost;
  std::string smtp_auth_username, smtp_auth_identity;
  config::Secret smtp_auth_password, smtp_auth_secret;
  SecretFile smtp_auth_password_file, smtp_auth_secret_file;
  bool smtp_require_tls = true;
  net::TlsConfig smtp_tls;
  std::optional<bool> smtp_force_implicit_tls;  ///< Unset: on port 465 only.

  config::Secret slack_api_url, slack_app_token;
  SecretFile slack_api_url_file, slack_app_token_file;
  std::string slack_app_url = "https://slack.com/api/chat.postMessage";

  std::string pagerduty_url = "https://events.pagerduty.com/v2/enqueue";
};

/// Null is all defaults.
base::Result<GlobalConfig> parse_global_config(const config::YamlNode& node);

}  // namespace tocsin::notifiers
