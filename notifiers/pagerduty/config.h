// pagerduty_configs[].
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "notifiers/global_config.h"

namespace tocsin::notifiers {

struct PagerdutyImage {
  TemplateText src, alt, href;
};

struct PagerdutyLink {
  TemplateText href, text;
};

/// Source: prometheus/alertmanager notify/pagerduty/config.go.
struct PagerdutyConfig {
  bool send_resolved = true;
  net::HttpClientConfig http;
  SecretTemplate service_key, routing_key;  ///< A service key selects Events API v1.
  SecretFile service_key_file, routing_key_file;
  std::string url;  ///< Of Events API v2.
  TemplateText client{R"({{ template "pagerduty.default.client" . }})"};
  TemplateText client_url{R"({{ template "pagerduty.default.clientURL" . }})"};
  TemplateText description{R"({{ template "pagerduty.default.description" . }})"};
  TemplateText source;  ///< Default: as client.
  TemplateText severity{"error"};
  TemplateText event_class, component, group;
  std::vector<std::pair<std::string, config::YamlNode>> details;  ///< With the four defaults.
  std::vector<PagerdutyImage> images;
  std::vector<PagerdutyLink> links;
  base::DurationMs timeout = 0;  ///< Of one attempt; 0: the engine's own bound.
  base::Position where;

  bool uses_v1() const { return !service_key.text.empty() || !service_key_file.empty(); }
};

base::Result<PagerdutyConfig> parse_pagerduty_config(const config::YamlNode& node,
                                                     const GlobalConfig& global);

}  // namespace tocsin::notifiers
