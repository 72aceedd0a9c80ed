// prometheus.yml: the root of the file; each section is read by the folder it belongs to.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/labels.h"
#include "engine/base/relabel.h"
#include "engine/config/yaml.h"
#include "engine/scrape/scrape_config.h"
#include "notifiers/alertmanager_sender.h"

namespace tocsin::app {

/// A valid configuration. Immutable once loaded.
struct PrometheusConfig {
  std::string file;
  base::DurationMs evaluation_interval = base::kMinute;
  base::DurationMs rule_query_offset = 0;
  std::string query_log_file;  ///< Relative paths resolved against the file.
  base::Labels external_labels;
  scrape::ScrapeDefaults scrape_defaults;  ///< Of `global`.
  std::vector<scrape::ScrapeConfigPtr> scrape_configs;
  std::vector<std::string> rule_files;  ///< Patterns, relative paths resolved against the file.
  notifiers::AlertingConfig alerting;
  std::string shown;                  ///< As YAML with what is in force, secrets hidden.
  std::vector<std::string> warnings;  ///< What the operator should know.
};

/// Value of an environment variable, or nullopt.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// Reads a whole prometheus.yml. `file` is used in messages and to resolve relative paths. Fails
/// with file:line:column; sections of later versions (remote_write, storage, …) are refused by
/// name. $NAME and ${NAME} are expanded in external_labels only, as upstream. Source: prometheus
/// config/config.go Load.
base::Result<PrometheusConfig> parse_prometheus_config(std::string_view text,
                                                       const std::string& file,
                                                       const Environment& environment);

/// Reads the file and parses it, with the process's environment.
base::Result<PrometheusConfig> load_prometheus_config(const std::string& file);

}  // namespace tocsin::app
