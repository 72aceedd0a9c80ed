// Target groups as files and HTTP endpoints list them: [{"targets": [...], "labels": {...}}].
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/config/yaml.h"
#include "engine/discovery/discovery.h"

namespace tocsin::discovery {

/// One group: {targets, labels}. Unknown keys, label names that are not legal and values that are
/// not UTF-8 are refused.
base::Result<TargetGroup> parse_target_group(const config::YamlNode& node, std::string source);

/// The groups of a file's text, YAML or JSON (which YAML contains); sources are "path:0", "path:1"
/// … and every group has __meta_filepath.
base::Result<std::vector<TargetGroup>> parse_target_groups(std::string_view text,
                                                           const std::string& path);

}  // namespace tocsin::discovery
