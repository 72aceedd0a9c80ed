// relabel_configs, metric_relabel_configs, alert_relabel_configs from YAML.
#pragma once

#include <string>
#include <vector>

#include "engine/base/relabel.h"
#include "engine/base/status.h"
#include "engine/config/yaml.h"

namespace tocsin::config {

/// Which metric and label names are legal (metric_name_validation_scheme).
enum class NameValidation : uint8_t { kUtf8, kLegacy };

/// One rule, checked as upstream does: unknown actions, keys that an action needs or does not
/// allow, bad regular expressions. Source: prometheus model/relabel/relabel.go Validate.
base::Result<base::RelabelRule> parse_relabel_rule(const YamlNode& node,
                                                   NameValidation names = NameValidation::kUtf8);

/// A list of rules; null is an empty list. `what` names a rule for messages about empty items
/// ("target relabeling rule in scrape config").
base::Result<std::vector<base::RelabelRule>> parse_relabel_rules(
    const YamlNode& list, std::string_view what, NameValidation names = NameValidation::kUtf8);

}  // namespace tocsin::config
