// The plain pages: alerts, rules and targets at "/", a query at "/graph". Rendered here, no script.
#pragma once

#include <functional>
#include <string>

#include "engine/api/router.h"
#include "engine/api/rules_api.h"
#include "engine/api/targets_api.h"
#include "promql/eval/query.h"

namespace tocsin::api {

struct PagesView {
  RulesView rules;
  TargetsView targets;
  std::string title;
  std::string version;
  /// An instant query now, as /api/v1/query runs it.
  std::function<base::Result<promql::QueryResult>(const std::string& expr)> query;
};

/// "/" and "/graph" (where links of alerts lead); "/alerts", "/rules" and "/targets" lead to "/".
void mount_pages(Router& router, const base::Clock& clock, PagesView view);

/// `text` with &, <, >, " and ' as entities.
std::string html_escape(std::string_view text);

}  // namespace tocsin::api
