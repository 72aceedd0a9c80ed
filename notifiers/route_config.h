// The `route` section of alertmanager.yml, as written.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/matcher.h"
#include "notifiers/config_fields.h"
#include "notifiers/matcher_parse.h"

namespace tocsin::notifiers {

/// One node of the tree; what is not set is inherited. See Route for the effective values.
struct RouteConfig {
  std::string receiver;
  std::optional<std::vector<std::string>> group_by;  ///< Without '...'; an empty list is a value.
  bool group_by_all = false;
  std::optional<base::DurationMs> group_wait, group_interval, repeat_interval;
  base::Matchers matchers;  ///< Of match, match_re and matchers; sorted.
  bool continues = false;
  std::vector<std::pair<std::string, TemplateText>> labels;
  std::vector<RouteConfig> routes;
  base::Position where;
};

/// Reads the tree. `warnings` gets what the operator should know. Time intervals are refused by
/// name. Source: prometheus/alertmanager config/config.go Route.
base::Result<RouteConfig> parse_route_config(const config::YamlNode& node,
                                             std::vector<std::string>& warnings);

/// The rules for the tree as a whole: a receiver at the root, none of the keys that the root must
/// not have, only receivers of `receivers`.
base::Status check_routes(const RouteConfig& root, const std::vector<std::string>& receivers);

}  // namespace tocsin::notifiers
