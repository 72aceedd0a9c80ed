// One entry of scrape_configs, checked and complete.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/relabel.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/config/relabel_config.h"
#include "engine/config/yaml.h"
#include "engine/discovery/discovery.h"
#include "engine/net/http_client.h"
#include "engine/scrape/intake.h"

namespace tocsin::scrape {

/// The keys of `global` that scrape_configs inherit. Limits: 0 is none.
struct ScrapeDefaults {
  base::DurationMs interval = base::kMinute;
  base::DurationMs timeout = 10 * base::kSecond;
  std::vector<std::string> protocols{"PrometheusText1.0.0", "PrometheusText0.0.4"};
  config::NameValidation names = config::NameValidation::kUtf8;
  std::string escaping;  ///< Empty: allow-utf-8, or underscores with legacy names.
  bool extra_metrics = false;
  uint64_t body_bytes_max = 0;
  uint64_t samples_max = 0;
  uint64_t targets_max = 0;
  uint64_t labels_max = 0;
  uint64_t label_name_bytes_max = 0;
  uint64_t label_value_bytes_max = 0;
  uint64_t dropped_targets_kept = 0;
};

/// Reads the scrape keys of `global`; what the text format cannot use (native histograms, other
/// protocols) is refused by name. Errors of single keys stay in `fields`.
base::Status read_scrape_defaults(config::YamlFields& fields, const config::YamlNode& global,
                                  ScrapeDefaults& out);

/// A scrape job. Immutable once made.
struct ScrapeConfig {
  std::string job_name;
  ScrapeDefaults common;  ///< Its own interval, timeout, protocols and limits.
  std::string metrics_path = "/metrics";
  std::string scheme = "http";
  std::map<std::string, std::vector<std::string>> params;
  bool enable_compression = true;
  bool falls_back_to_text = false;  ///< fallback_scrape_protocol is a text one.
  std::vector<base::RelabelRule> target_rules;
  std::shared_ptr<const IntakePolicy> intake;
  net::HttpClientConfig http;
  discovery::DiscoveryConfigs discoveries;
  std::string accept;       ///< The request header that offers the protocols.
  std::string fingerprint;  ///< Equal for equal configurations.
};

using ScrapeConfigPtr = std::shared_ptr<const ScrapeConfig>;

/// One entry. Refused with file:line:column: unknown keys, impossible combinations, and by name
/// what this version lacks (other *_sd_configs, OpenMetrics and protobuf, native histograms, oauth2
/// …). Source: prometheus config/config.go ScrapeConfig.Validate.
base::Result<ScrapeConfigPtr> parse_scrape_config(const config::YamlNode& node,
                                                  const ScrapeDefaults& defaults);

/// The list under scrape_configs; job names must differ, also from those in `taken`, which grows.
base::Result<std::vector<ScrapeConfigPtr>> parse_scrape_configs(const config::YamlNode& list,
                                                                const ScrapeDefaults& defaults,
                                                                std::vector<std::string>& taken);

}  // namespace tocsin::scrape
