#include "notifiers/route_config.h"

#include <algorithm>
#include <array>

namespace tocsin::notifiers {

namespace {

using base::Status;
using config::YamlNode;

constexpr std::array<std::string_view, 2> kTimeIntervals{"mute_time_intervals",
                                                         "active_time_intervals"};
constexpr std::string_view kGroupByAll = "...";

Status read_group_by(const YamlNode& node, RouteConfig& out) {
  if (node.is_null()) return {};
  ASSIGN_OR_RETURN(std::vector<std::string> names, config::yaml_strings(node));
  const auto fail = [&](std::string message) { return invalid_at(node.where, std::move(message)); };
  std::vector<std::string> plain;
  for (const std::string& name : names) {
    if (name == kGroupByAll) {
      out.group_by_all = true;
    } else if (!is_label_name(name)) {
      return fail("invalid label name " + base::go_quote(name) + " in group_by list");
    } else if (std::find(plain.begin(), plain.end(), name) != plain.end()) {
      return fail("duplicated label " + base::go_quote(name) + " in group_by");
    } else {
      plain.push_back(name);
    }
  }
  if (out.group_by_all && !plain.empty()) {
    return fail("cannot have wildcard group_by (`...`) and other labels at the same time");
  }
  if (!out.group_by_all) out.group_by = std::move(plain);
  return {};
}

/// match and match_re: old ways to write equality and regular expressions.
Status read_match(const YamlNode& node, base::MatchOp op, RouteConfig& out) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) {
    return invalid_at(node.where, "expected a mapping, not " + std::string(node.kind_name()));
  }
  for (const YamlNode::Entry& entry : node.entries) {
    const std::string& name = entry.key.scalar;
    if (!base::is_legacy_label_name(name)) {
      return invalid_at(entry.key.where, "invalid label name " + base::go_quote(name));
    }
    const bool is_regex = op == base::MatchOp::kRegex;
    if (is_regex && entry.value.is_null()) {
      return invalid_at(entry.key.where, "invalid regexp value for " + base::go_quote(name));
    }
    ASSIGN_OR_RETURN(std::string value, config::yaml_string(entry.value));
    // Upstream keeps the anchors in the text, and so in the route's key.
    if (is_regex) value = "^(?:" + value + ")$";
    auto matcher = base::Matcher::make(op, name, std::move(value));
    if (!matcher) return base::at(std::move(matcher).error(), entry.value.where);
    out.matchers.push_back(*std::move(matcher));
  }
  return {};
}

Status read_matchers(const YamlNode& node, RouteConfig& out, std::vector<std::string>& warnings) {
  ASSIGN_OR_RETURN(const std::string text, config::yaml_string(node));
  auto parsed = parse_matchers(text);
  if (!parsed) return base::at(std::move(parsed).error(), node.where);
  if (!parsed->warning.empty()) {
    warnings.push_back(node.where.to_string() + ": " + parsed->warning);
  }
  out.matchers.insert(out.matchers.end(), parsed->matchers.begin(), parsed->matchers.end());
  return {};
}

Status read_interval(const YamlNode& node, std::string_view key,
                     std::optional<base::DurationMs>& out) {
  if (node.is_null()) return {};
  auto duration = config::yaml_duration(node);
  if (!duration) {
    return invalid_at(node.where, std::string(key) + ": " + duration.error().message);
  }
  if (*duration == 0 && key != "group_wait") {
    return invalid_at(node.where, std::string(key) + " cannot be zero");
  }
  out = *duration;
  return {};
}

Status read_labels(const YamlNode& node, RouteConfig& out) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) {
    return invalid_at(node.where, "labels must be a mapping, not " + std::string(node.kind_name()));
  }
  for (const YamlNode::Entry& entry : node.entries) {
    const std::string& name = entry.key.scalar;
    if (!is_label_name(name)) {
      return invalid_at(entry.key.where,
                        "invalid label name " + base::go_quote(name) + " in route labels");
    }
    ASSIGN_OR_RETURN(std::string text, config::yaml_string(entry.value));
    out.labels.emplace_back(name, TemplateText{std::move(text), entry.value.where});
  }
  return {};
}

void read_timings(Fields& fields, RouteConfig& out) {
  using Slot = std::pair<std::string_view, std::optional<base::DurationMs>*>;
  for (const auto& [key, slot] :
       {Slot{"group_wait", &out.group_wait}, Slot{"group_interval", &out.group_interval},
        Slot{"repeat_interval", &out.repeat_interval}}) {
    fields.node(key, [key = key, slot = slot](const YamlNode& node) {
      return read_interval(node, key, *slot);
    });
  }
}

}  // namespace

base::Result<RouteConfig> parse_route_config(const YamlNode& node,
                                             std::vector<std::string>& warnings) {
  RouteConfig route;
  route.where = node.where;
  Fields fields(node, "route");
  read_text(fields, "receiver", route.receiver);
  fields.node("group_by", [&](const YamlNode& n) { return read_group_by(n, route); });
  read_timings(fields, route);
  fields.node("match",
              [&](const YamlNode& n) { return read_match(n, base::MatchOp::kEqual, route); });
  fields.node("match_re",
              [&](const YamlNode& n) { return read_match(n, base::MatchOp::kRegex, route); });
  fields.each("matchers", [&](const YamlNode& n) { return read_matchers(n, route, warnings); });
  read_flag(fields, "continue", route.continues);
  fields.node("labels", [&](const YamlNode& n) { return read_labels(n, route); });
  fields.each("routes", [&](const YamlNode& n) -> Status {
    ASSIGN_OR_RETURN(RouteConfig child, parse_route_config(n, warnings));
    route.routes.push_back(std::move(child));
    return {};
  });
  fields.unsupported(kTimeIntervals, "this version has no time intervals");
  RETURN_IF_ERROR(fields.finish());
  sort_matchers(route.matchers);
  return route;
}

namespace {

Status check_receivers(const RouteConfig& route, const std::vector<std::string>& receivers) {
  for (const RouteConfig& child : route.routes) RETURN_IF_ERROR(check_receivers(child, receivers));
  const bool known = route.receiver.empty() || std::find(receivers.begin(), receivers.end(),
                                                         route.receiver) != receivers.end();
  if (known) return {};
  return invalid_at(route.where,
                    "undefined receiver " + base::go_quote(route.receiver) + " used in route");
}

}  // namespace

base::Status check_routes(const RouteConfig& root, const std::vector<std::string>& receivers) {
  if (root.receiver.empty()) {
    return invalid_at(root.where, "root route must specify a default receiver");
  }
  if (!root.matchers.empty()) {
    return invalid_at(root.where, "root route must not have any matchers");
  }
  RETURN_IF_ERROR(check_receivers(root, receivers));
  if (root.continues) return invalid_at(root.where, "cannot have continue in root route");
  return {};
}

}  // namespace tocsin::notifiers
