// The discovery keys of a scrape_config or an alertmanager: static_configs and *_sd_configs.
#pragma once

#include "engine/base/status.h"
#include "engine/config/yaml.h"
#include "engine/discovery/discovery.h"

namespace tocsin::discovery {

/// Reads static_configs and file_sd_configs out of a mapping that holds other keys, too; other
/// kinds are refused by name. Their own errors stay in `fields`. `urls_allowed`: a static target
/// may contain '/', because relabelling may still mend it.
void read_discovery_configs(config::YamlFields& fields, bool urls_allowed, DiscoveryConfigs& out);

}  // namespace tocsin::discovery
