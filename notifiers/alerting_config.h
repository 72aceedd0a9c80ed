// The `alerting` section of prometheus.yml: Alertmanagers outside that are told, too.
#pragma once

#include <string>
#include <vector>

#include "engine/base/relabel.h"
#include "engine/config/yaml.h"
#include "engine/net/http_client.h"

namespace tocsin::notifiers {

/// One entry of `alertmanagers`.
struct AlertmanagerEntry {
  std::vector<std::string> urls;  ///< Complete, with /api/v2/alerts; without repetition.
  base::DurationMs timeout = 10 * base::kSecond;
  net::HttpClientConfig http;
  std::vector<base::RelabelRule> alert_relabel;
  base::Position where;
};

struct AlertingConfig {
  std::vector<base::RelabelRule> alert_relabel;  ///< For all entries.
  std::vector<AlertmanagerEntry> alertmanagers;
};

/// Null is no Alertmanagers. static_configs is the only discovery; the others are refused by name.
/// Source: prometheus config/config.go AlertingConfig.
base::Result<AlertingConfig> parse_alerting_config(const config::YamlNode& node);

}  // namespace tocsin::notifiers
