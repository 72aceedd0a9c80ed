#include "engine/api/rules_api.h"

#include <algorithm>
#include <utility>

#include "engine/api/envelope.h"
#include "engine/api/json_list.h"
#include "engine/api/parameters.h"
#include "engine/api/result_json.h"
#include "engine/base/json_writer.h"
#include "engine/base/number.h"
#include "engine/net/text.h"
#include "notifiers/fingerprint.h"

namespace tocsin::api {
namespace {

using base::JsonWriter;
using rules::AlertView;
using rules::GroupView;
using rules::RuleKind;
using rules::RuleView;

constexpr std::string_view kNever = "0001-01-01T00:00:00Z";

void write_seconds(JsonWriter& json, std::string_view key, double seconds) {
  json.key(key).raw(base::format_fixed(seconds));
}
void write_duration(JsonWriter& json, std::string_view key, base::DurationMs ms) {
  write_seconds(json, key, static_cast<double>(ms) / 1000);
}
void write_time(JsonWriter& json, std::string_view key, const std::optional<base::TimestampMs>& t) {
  json.field(key, t ? base::format_rfc3339(*t) : std::string(kNever));
}

void write_pairs(JsonWriter& json, std::string_view key, const rules::TextPairs& pairs) {
  json.key(key).begin_object();
  for (const auto& [name, text] : pairs) json.field(name, text);
  json.end_object();
}

void write_label_set(JsonWriter& json, std::string_view key, const base::Labels& labels) {
  json.key(key).begin_object();
  for (size_t i = 0; i < labels.size(); ++i) json.field(labels[i].name, labels[i].value);
  json.end_object();
}

void write_alert(JsonWriter& json, const AlertView& alert) {
  json.begin_object();
  write_label_set(json, "labels", alert.labels);
  write_label_set(json, "annotations", alert.annotations);
  json.field("state", rules::to_string(alert.state));
  write_time(json, "activeAt", alert.active_at);
  if (alert.keep_firing_since) write_time(json, "keepFiringSince", alert.keep_firing_since);
  json.field("value", base::format_exponent(alert.value)).end_object();
}

void write_outcome(JsonWriter& json, const RuleView& rule) {
  json.field("health", rules::to_string(rule.health))
      .field_unless_empty("lastError", rule.last_error);
  write_seconds(json, "evaluationTime", static_cast<double>(rule.evaluation_ns) / 1e9);
  write_time(json, "lastEvaluation", rule.last_evaluation);
  json.field("type", rule.kind == RuleKind::kAlerting ? "alerting" : "recording");
}

void write_rule(JsonWriter& json, const RuleView& rule, bool with_alerts) {
  json.begin_object();
  if (rule.kind == RuleKind::kAlerting) {
    const bool evaluated = rule.state != rules::AlertState::kNone;
    json.field("state", evaluated ? rules::to_string(rule.state) : "unknown");
  }
  json.field("name", rule.name).field("query", rule.query);
  if (rule.kind == RuleKind::kAlerting) {
    write_duration(json, "duration", rule.hold);
    write_duration(json, "keepFiringFor", rule.keep_firing_for);
  }
  write_pairs(json, "labels", rule.labels);
  if (rule.kind == RuleKind::kAlerting) {
    write_pairs(json, "annotations", rule.annotations);
    json.key("alerts");
    if (with_alerts) {
      json.begin_array();
      for (const AlertView& alert : rule.alerts) write_alert(json, alert);
      json.end_array();
    } else {
      json.null();
    }
  }
  write_outcome(json, rule);
  json.end_object();
}

void write_group(JsonWriter& json, const GroupView& group, bool with_alerts) {
  json.begin_object()
      .field("name", group.name)
      .field("file", group.file)
      .key("rules")
      .begin_array();
  for (const RuleView& rule : group.rules) write_rule(json, rule, with_alerts);
  json.end_array();
  write_duration(json, "interval", group.interval);
  json.key("limit").integer(group.limit);
  write_seconds(json, "evaluationTime", static_cast<double>(group.evaluation_ns) / 1e9);
  write_time(json, "lastEvaluation", group.last_evaluation);
  json.end_object();
}

bool listed(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

struct RuleFilter {
  std::vector<std::string> names;
  std::vector<std::string> groups;
  std::vector<std::string> files;
  std::vector<base::Matchers> matches;
  std::optional<RuleKind> kind;

  bool takes(const GroupView& group) const {
    return listed(groups, group.name) && listed(files, group.file);
  }
  bool takes(const RuleView& rule) const {
    if (!listed(names, rule.name) || (kind && rule.kind != *kind)) return false;
    if (matches.empty()) return true;
    base::LabelsBuilder builder;
    for (const auto& [name, text] : rule.labels) builder.set(name, text);
    const base::Labels labels = builder.build();
    return std::ranges::any_of(
        matches, [&](const base::Matchers& m) { return base::matches_all(m, labels); });
  }
};

base::Result<RuleFilter, net::ServerResponse> read_filter(const Parameters& parameters) {
  RuleFilter out{parameters.all("rule_name[]"),
                 parameters.all("rule_group[]"),
                 parameters.all("file[]"),
                 {},
                 {}};
  const std::string type = net::to_lower(parameters.get("type"));
  if (type == "alert") {
    out.kind = RuleKind::kAlerting;
  } else if (type == "record") {
    out.kind = RuleKind::kRecording;
  } else if (!type.empty()) {
    return bad_parameter("type", "not supported value " + base::go_quote(type));
  }
  auto matches = parse_matches(parameters.all("match[]"));
  if (!matches) return failure(ErrorType::kBadData, matches.error().message);
  out.matches = *std::move(matches);
  return out;
}

void apply(const RuleFilter& filter, std::vector<GroupView>& groups) {
  for (GroupView& group : groups) {
    if (!filter.takes(group)) group.rules.clear();
    std::erase_if(group.rules, [&](const RuleView& rule) { return !filter.takes(rule); });
  }
  std::erase_if(groups, [](const GroupView& group) { return group.rules.empty(); });
}

std::string token_of(const GroupView& group) {
  return notifiers::sha256_hex(group.file + ";" + group.name);
}

// Cuts `groups` to one page; the token of the next one, or "".
base::Result<std::string, net::ServerResponse> paginate(const Parameters& parameters,
                                                        std::vector<GroupView>& groups) {
  const std::string_view limit_text = parameters.get("group_limit");
  const std::string token(parameters.get("group_next_token"));
  if (limit_text.empty()) {
    if (token.empty()) return std::string();
    return bad_parameter("group_next_token",
                         "group_limit needs to be present in order to paginate over the groups");
  }
  const auto limit = parse_integer(limit_text, "strconv.ParseInt");
  if (!limit) {
    return bad_parameter("group_limit",
                         "group_limit needs to be a valid number: " + limit.error().message);
  }
  if (*limit <= 0) return bad_parameter("group_limit", "group_limit needs to be greater than 0");
  if (!token.empty()) {
    const auto first = std::ranges::find_if(
        groups, [&](const GroupView& group) { return token_of(group) == token; });
    if (first == groups.end()) {
      return bad_parameter("group_next_token",
                           "invalid group_next_token '" + token + "'. were rule groups changed?");
    }
    groups.erase(groups.begin(), first);
  }
  if (groups.size() <= static_cast<size_t>(*limit)) return std::string();
  std::string next = token_of(groups[static_cast<size_t>(*limit)]);
  groups.resize(static_cast<size_t>(*limit));
  return next;
}

net::ServerResponse list_rules(const Call& call, const RulesView& view) {
  const Parameters parameters(call.http);
  const auto filter = read_filter(parameters);
  if (!filter) return filter.error();
  bool with_alerts = true;
  if (const auto text = parameters.get("exclude_alerts"); !text.empty()) {
    const auto exclude = parse_bool(text);
    if (!exclude) {
      return bad_parameter("exclude_alerts",
                           "error converting exclude_alerts: " + exclude.error().message);
    }
    with_alerts = !*exclude;
  }
  std::vector<GroupView> groups = view.groups(with_alerts);
  apply(*filter, groups);
  const auto next = paginate(parameters, groups);
  if (!next) return next.error();
  std::string end = "]";
  if (!next->empty()) end += ",\"groupNextToken\":\"" + *next + "\"";
  end += '}';
  return respond_with_list(
      begin_success("{\"groups\":["), std::move(groups),
      [with_alerts](std::string& out, const GroupView& group) {
        JsonWriter json(out);
        write_group(json, group, with_alerts);
      },
      end_success(end));
}

net::ServerResponse list_alerts(const RulesView& view) {
  return respond_with_list(
      begin_success("{\"alerts\":["), view.alerts(),
      [](std::string& out, const AlertView& alert) {
        JsonWriter json(out);
        write_alert(json, alert);
      },
      end_success("]}"));
}

}  // namespace

void mount_rules_api(Router& router, RulesView view) {
  router.add("GET", "/api/v1/rules", [view](const Call& call) { return list_rules(call, view); });
  router.add("GET", "/api/v1/alerts",
             [view = std::move(view)](const Call&) { return list_alerts(view); });
}

}  // namespace tocsin::api
