// /api/v1/rules and /api/v1/alerts.
#pragma once

#include <functional>

#include "engine/api/router.h"
#include "rules/rule_views.h"

namespace tocsin::api {

/// Where the two read from. Both are called on the server's threads.
struct RulesView {
  /// All groups by file and name; without alerts when the argument is false.
  std::function<std::vector<rules::GroupView>(bool with_alerts)> groups;
  std::function<std::vector<rules::AlertView>()> alerts;
};

void mount_rules_api(Router& router, RulesView view);

}  // namespace tocsin::api
