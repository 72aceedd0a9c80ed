#include "engine/api/alerts_v2_api.h"

#include <algorithm>
#include <set>

#include "engine/api/parameters.h"
#include "engine/api/posted_alerts.h"
#include "engine/api/result_json.h"
#include "engine/base/json_writer.h"
#include "notifiers/alert_intake.h"
#include "notifiers/fingerprint.h"
#include "notifiers/matcher_parse.h"

namespace tocsin::api {
namespace {

using base::JsonWriter;
using notifiers::AlertStatus;
using notifiers::GroupStatus;

net::ServerResponse answer(std::string json) {
  net::ServerResponse out;
  out.headers.emplace_back("Cache-Control", "no-store");
  out.body = std::move(json);
  return out;
}

// Handler errors are a bare JSON string.
net::ServerResponse refuse(int status, std::string_view text) {
  std::string json;
  base::append_json_string(json, text);
  net::ServerResponse out = answer(json + "\n");
  out.status = status;
  return out;
}

bool is_true(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  static constexpr std::string_view kTrue[] = {"1",  "true",     "yes",     "ok", "y",
                                               "on", "selected", "checked", "t",  "enabled"};
  return std::ranges::find(kTrue, lower) != std::end(kTrue);
}

// What GET alerts and alerts/groups let through.
struct AlertFilter {
  base::Matchers matchers;
  std::optional<base::Regex> receiver;
  bool active = true;

  bool takes(const AlertStatus& status) const {
    return active && base::matches_all(matchers, status.alert.labels);
  }
  bool takes_receiver(const std::string& name) const {
    return !receiver || receiver->matches(name);
  }
};

base::Result<AlertFilter, net::ServerResponse> read_filter(const Parameters& parameters) {
  AlertFilter out;
  for (const std::string& text : parameters.all("filter")) {
    if (text.empty()) continue;
    auto matcher = notifiers::parse_matcher(text);
    if (!matcher) return refuse(400, matcher.error().message);
    out.matchers.push_back(*std::move(matcher));
  }
  if (const auto receiver = parameters.get("receiver"); !receiver.empty()) {
    auto regex = base::Regex::compile(receiver);
    if (!regex) return refuse(400, "failed to parse receiver param: " + regex.error().message);
    out.receiver = *std::move(regex);
  }
  if (const auto active = parameters.get("active"); !active.empty()) out.active = is_true(active);
  return out;
}

void write_labels(JsonWriter& json, std::string_view key, const base::Labels& labels) {
  std::string text;
  append_labels(text, labels);
  json.key(key).raw(text);
}

void write_alert(JsonWriter& json, const AlertStatus& status,
                 const std::vector<std::string>& receivers) {
  const base::Alert& alert = status.alert;
  json.begin_object();
  write_labels(json, "annotations", alert.annotations);
  json.field("endsAt", base::format_rfc3339_ms(alert.ends_at))
      .field("fingerprint", notifiers::fingerprint_text(status.fingerprint));
  json.key("receivers").begin_array();
  for (const std::string& name : receivers) json.begin_object().field("name", name).end_object();
  json.end_array().field("startsAt", base::format_rfc3339_ms(alert.starts_at));
  json.key("status").begin_object();
  for (const std::string_view list : {"inhibitedBy", "mutedBy", "silencedBy"})
    json.key(list).begin_array().end_array();
  json.field("state", "active").end_object();
  json.field("updatedAt", base::format_rfc3339_ms(alert.updated_at))
      .field_unless_empty("generatorURL", alert.generator_url);
  write_labels(json, "labels", alert.labels);
  json.end_object();
}

net::ServerResponse list_alerts(const Call& call, const AlertsView& view) {
  const auto filter = read_filter(Parameters(call.http));
  if (!filter) return filter.error();
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const AlertStatus& status : view.alerts()) {
    const bool received = std::ranges::any_of(
        status.receivers, [&](const std::string& name) { return filter->takes_receiver(name); });
    if (received && filter->takes(status)) write_alert(json, status, status.receivers);
  }
  json.end_array();
  return answer(out + "\n");
}

// An alert's receivers as this call shows them: the sorted union over all groups.
std::vector<std::string> sorted_unique(std::vector<std::string> names) {
  const std::set<std::string> sorted(names.begin(), names.end());
  return {sorted.begin(), sorted.end()};
}

void write_group(JsonWriter& json, const GroupStatus& group, const AlertFilter& filter) {
  json.begin_object().key("alerts").begin_array();
  for (const AlertStatus& status : group.alerts) {
    if (filter.takes(status)) write_alert(json, status, sorted_unique(status.receivers));
  }
  json.end_array();
  write_labels(json, "labels", group.labels);
  json.key("receiver").begin_object().field("name", group.receiver).end_object();
  write_labels(json, "routeLabels", group.route_labels);
  json.end_object();
}

net::ServerResponse list_groups(const Call& call, const AlertsView& view) {
  const auto filter = read_filter(Parameters(call.http));
  if (!filter) return filter.error();
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const GroupStatus& group : view.groups()) {
    const bool any = std::ranges::any_of(
        group.alerts, [&](const AlertStatus& status) { return filter->takes(status); });
    if (any && filter->takes_receiver(group.receiver)) write_group(json, group, *filter);
  }
  json.end_array();
  return answer(out + "\n");
}

net::ServerResponse post_alerts(const Call& call, const base::Clock& clock,
                                const AlertsView& view) {
  if (!call.http.header("content-type").starts_with("application/json")) {
    return refuse(415, "unsupported media type: send application/json");
  }
  auto alerts = parse_posted_alerts(call.http.body);
  if (!alerts) return refuse(400, alerts.error().message);
  // As upstream: what is valid is taken, what is not is named.
  std::vector<base::Alert> valid;
  std::string problems;
  for (base::Alert& alert : *alerts) {
    const auto status = notifiers::validate_alert(
        notifiers::complete_alert(alert, clock.now(), view.resolve_timeout));
    if (status.ok()) {
      valid.push_back(std::move(alert));
    } else {
      problems += (problems.empty() ? "" : "; ") + status.error().message;
    }
  }
  view.post(valid);
  if (!problems.empty()) return refuse(400, problems);
  return answer("");
}

net::ServerResponse list_receivers(const AlertsView& view) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const notifiers::ReceiverStatus& receiver : view.receivers()) {
    json.begin_object().field("name", receiver.name).key("labels").begin_object();
    for (const auto& [name, value] : receiver.labels) json.field(name, value);
    json.end_object().end_object();
  }
  json.end_array();
  return answer(out + "\n");
}

net::ServerResponse show_status(const AlertsView& view) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("cluster")
      .begin_object()
      .key("peers")
      .begin_array()
      .end_array()
      .field("status", "disabled")
      .end_object();
  json.key("config").begin_object().field("original", view.config()).end_object();
  json.field("uptime", base::format_rfc3339_ms(view.started_at));
  json.key("versionInfo").begin_object();
  json.field("branch", "main").field("buildDate", "").field("buildUser", "").field("goVersion", "");
  json.field("revision", "").field("version", view.version).end_object().end_object();
  return answer(out + "\n");
}

}  // namespace

void mount_alerts_v2_api(Router& router, const base::Clock& clock, AlertsView view) {
  router.add("GET", "/api/v2/alerts", [view](const Call& call) { return list_alerts(call, view); });
  router.add("POST", "/api/v2/alerts",
             [view, &clock](const Call& call) { return post_alerts(call, clock, view); });
  router.add("GET", "/api/v2/alerts/groups",
             [view](const Call& call) { return list_groups(call, view); });
  router.add("GET", "/api/v2/receivers", [view](const Call&) { return list_receivers(view); });
  router.add("GET", "/api/v2/status", [view](const Call&) { return show_status(view); });
}

}  // namespace tocsin::api
