// A configuration as it is in force.
#pragma once

#include "engine/config/yaml.h"
#include "engine/scrape/scrape_config.h"

namespace tocsin::app {

struct PrometheusConfig;

/// The document of prometheus.yml with what holds where it says nothing, in the order in which
/// Prometheus shows it: of `global`, of scrape_configs and of alertmanagers the scalars and
/// scrape_protocols. Relabel rules and discoveries stay as written. `loaded` is what the document
/// was read to.
config::YamlNode with_defaults(config::YamlNode root, const PrometheusConfig& loaded);

}  // namespace tocsin::app
