#include "notifiers/config.h"

#include <algorithm>
#include <array>

#include "engine/config/show_yaml.h"
#include "notifiers/group_clock.h"

namespace tocsin::notifiers {

namespace {

using base::Status;
using config::YamlNode;

constexpr std::array<std::string_view, 2> kObservability{"tracing", "event_recorder"};

/// Beside the keys of every http_config.
constexpr std::array<config::SecretKey, 11> kSecrets{{{"global", "smtp_auth_password"},
                                                      {"global", "smtp_auth_secret"},
                                                      {"global", "slack_api_url"},
                                                      {"", "slack_app_token"},
                                                      {"webhook_configs", "url"},
                                                      {"", "api_url"},
                                                      {"", "app_token"},
                                                      {"", "service_key"},
                                                      {"", "routing_key"},
                                                      {"", "auth_password"},
                                                      {"", "auth_secret"}}};

std::string show(const YamlNode& root) {
  const auto http = config::http_secret_keys();
  std::vector<config::SecretKey> secrets(http.begin(), http.end());
  secrets.insert(secrets.end(), kSecrets.begin(), kSecrets.end());
  return config::show_yaml(root, secrets);
}

/// Lists that must be empty in this version.
void refuse_list(Fields& fields, std::string_view key, std::string_view why) {
  fields.node(key, [key, why](const YamlNode& node) -> Status {
    const bool is_empty = node.is_null() || (node.is_sequence() && node.items.empty());
    if (is_empty) return {};
    return {base::Code::kUnsupported,
            "\"" + std::string(key) + "\" is not supported: " + std::string(why), node.where};
  });
}

Status read_receiver(const YamlNode& node, Config& out) {
  ASSIGN_OR_RETURN(ReceiverConfig receiver, parse_receiver_config(node, out.global));
  const bool taken = std::any_of(out.receivers.begin(), out.receivers.end(),
                                 [&](const auto& other) { return other.name == receiver.name; });
  if (taken) {
    return invalid_at(
        node.where, "notification config name " + base::go_quote(receiver.name) + " is not unique");
  }
  out.receivers.push_back(std::move(receiver));
  return {};
}

Status read_templates(const YamlNode& node, Config& out) {
  ASSIGN_OR_RETURN(const std::vector<std::string> globs, config::yaml_strings(node));
  for (const std::string& glob : globs) {
    out.templates.push_back(config::resolve_path(out.file, glob));
  }
  return {};
}

Status read_root(const YamlNode& root, Config& out) {
  bool has_route = false;
  Fields fields(root, "alertmanager.yml");
  // Receivers inherit from global wherever it stands in the file.
  fields.node("global", [&](const YamlNode& node) -> Status {
    ASSIGN_OR_RETURN(out.global, parse_global_config(node));
    return {};
  });
  fields.node("route", [&](const YamlNode& node) -> Status {
    if (node.is_null()) return {};
    has_route = true;
    ASSIGN_OR_RETURN(out.route, parse_route_config(node, out.warnings));
    return {};
  });
  fields.each("receivers", [&](const YamlNode& node) { return read_receiver(node, out); });
  fields.node("templates", [&](const YamlNode& node) { return read_templates(node, out); });
  refuse_list(fields, "inhibit_rules", "this version has no inhibition");
  refuse_list(fields, "time_intervals", "this version has no time intervals");
  refuse_list(fields, "mute_time_intervals", "this version has no time intervals");
  fields.unsupported(kObservability, "this version has neither tracing nor an event recorder");
  RETURN_IF_ERROR(fields.finish());
  if (!has_route) return invalid_at(root.where, "no route provided in config");
  return {};
}

/// Timings that work, but probably not as meant.
void warn_about_timings(const RouteConfig& route, GroupTiming inherited,
                        std::vector<std::string>& warnings) {
  const base::DurationMs interval = route.group_interval.value_or(inherited.group_interval);
  const base::DurationMs repeat = route.repeat_interval.value_or(inherited.repeat_interval);
  if (repeat < interval) {
    warnings.push_back(route.where.to_string() + ": repeat_interval (" +
                       base::format_duration(repeat) + ") is less than group_interval (" +
                       base::format_duration(interval) +
                       "); notifications repeat every group_interval at most");
  }
  for (const RouteConfig& child : route.routes) {
    GroupTiming timing = inherited;
    timing.group_interval = interval;
    timing.repeat_interval = repeat;
    warn_about_timings(child, timing, warnings);
  }
}

}  // namespace

base::Result<Config> load_config(std::string_view text, const std::string& file) {
  ASSIGN_OR_RETURN(const YamlNode root, config::parse_yaml_document(text, file));
  Config out;
  out.file = file;
  RETURN_IF_ERROR(read_root(root, out));
  std::vector<std::string> names;
  for (const ReceiverConfig& receiver : out.receivers) names.push_back(receiver.name);
  RETURN_IF_ERROR(check_routes(out.route, names));
  warn_about_timings(out.route, {}, out.warnings);
  out.shown = show(root);
  return out;
}

}  // namespace tocsin::notifiers
