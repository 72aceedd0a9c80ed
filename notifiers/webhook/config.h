// webhook_configs[].
#pragma once

#include <optional>

#include "notifiers/global_config.h"

namespace tocsin::notifiers {

/// Source: prometheus/alertmanager notify/webhook/config.go.
struct WebhookConfig {
  bool send_resolved = true;
  net::HttpClientConfig http;
  SecretTemplate url;
  SecretFile url_file;
  uint64_t max_alerts = 0;       ///< 0: all.
  base::DurationMs timeout = 0;  ///< Of one attempt; 0: the engine's own bound.
  std::optional<config::YamlNode>
      payload;  ///< Sent instead of the usual body; strings are templates.
  base::Position where;
};

base::Result<WebhookConfig> parse_webhook_config(const config::YamlNode& node,
                                                 const GlobalConfig& global);

}  // namespace tocsin::notifiers
