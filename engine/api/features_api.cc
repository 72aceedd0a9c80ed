#include "engine/api/features_api.h"

#include <utility>

#include "engine/api/envelope.h"
#include "engine/base/json_writer.h"
#include "promql/syntax/functions.h"

namespace tocsin::api {

FeatureMap promql_features(const promql::Features& features) {
  FeatureMap out;
  auto& language = out["promql"];
  for (const char* name :
       {"at_modifier", "bool", "by", "duration_expr", "group_left", "group_right", "ignoring",
        "negative_offset", "offset", "on", "per_query_lookback_delta", "subqueries", "without"}) {
    language[name] = true;
  }
  for (const char* name : {"anchored", "smoothed"})
    language[name] = features.extended_range_selectors;
  for (const char* name : {"fill", "fill_left", "fill_right"})
    language[name] = features.binop_fill_modifiers;
  language["delayed_name_removal"] = features.delayed_name_removal;
  language["per_step_stats"] = features.per_step_stats;
  language["type_and_unit_labels"] = features.type_and_unit_labels;
  for (const promql::Function& function : promql::functions()) {
    out["promql_functions"][std::string(function.name)] =
        !function.experimental || features.experimental_functions;
  }
  auto& operators = out["promql_operators"];
  for (const char* name : {"!=",
                           "!~",
                           "%",
                           "*",
                           "+",
                           "-",
                           "/",
                           "<",
                           "</",
                           "<=",
                           "==",
                           "=~",
                           ">",
                           ">/",
                           ">=",
                           "@",
                           "^",
                           "and",
                           "atan2",
                           "avg",
                           "bottomk",
                           "count",
                           "count_values",
                           "group",
                           "max",
                           "min",
                           "or",
                           "quantile",
                           "stddev",
                           "stdvar",
                           "sum",
                           "topk",
                           "unless"}) {
    operators[name] = true;
  }
  operators["limitk"] = features.experimental_functions;
  operators["limit_ratio"] = features.experimental_functions;
  return out;
}

void mount_features_api(Router& router, FeatureMap features) {
  std::string data;
  base::JsonWriter json(data);
  json.begin_object();
  for (const auto& [category, names] : features) {
    json.key(category).begin_object();
    for (const auto& [name, is_on] : names) json.key(name).boolean(is_on);
    json.end_object();
  }
  json.end_object();
  router.add("GET", "/api/v1/features", [data](const Call&) { return success(data); });
}

}  // namespace tocsin::api
