#include "engine/api/alerts_v2_api.h"

#include <algorithm>
#include <set>

#include "engine/api/json_list.h"
#include "engine/api/parameters.h"
#include "engine/api/posted_alerts.h"
#include "engine/api/result_json.h"
#include "engine/base/json_writer.h"
#include "engine/net/text.h"
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

// Errors of the framework upstream is built on: an object.
net::ServerResponse refuse_body(const BodyRefusal& refusal) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("code").integer(refusal.code);
  writer.field("message", refusal.message).end_object();
  net::ServerResponse out = answer(json);
  out.status = refusal.status;
  return out;
}

bool is_true(std::string_view text) {
  static constexpr std::string_view kTrue[] = {"1",  "true",     "yes",     "ok", "y",
                                               "on", "selected", "checked", "t",  "enabled"};
  return std::ranges::find(kTrue, net::to_lower(text)) != std::end(kTrue);
}

// What GET alerts and alerts/groups let through.
struct AlertFilter {
  base::Matchers matchers;
  std::optional<base::Regex> receiver;
  std::set<std::string> shut;  ///< Receivers that receiver_matchers keep out.
  bool active = true;

  bool takes(const AlertStatus& status) const {
    return active && base::matches_all(matchers, status.alert.labels);
  }
  bool takes_receiver(const std::string& name) const {
    return (!receiver || receiver->matches(name)) && !shut.contains(name);
  }
};

// The receivers whose labels do not meet all receiver_matchers.
base::Result<std::set<std::string>, net::ServerResponse> read_shut_receivers(
    const Parameters& parameters, const AlertsView& view) {
  base::Matchers matchers;
  for (const std::string& text : parameters.all("receiver_matchers")) {
    auto matcher = notifiers::parse_matcher(text);
    if (!matcher)
      return refuse(400, "failed to parse receiver_matchers param: " + matcher.error().message);
    matchers.push_back(*std::move(matcher));
  }
  std::set<std::string> out;
  if (matchers.empty()) return out;
  for (const notifiers::ReceiverStatus& receiver : view.receivers()) {
    base::LabelsBuilder labels;
    for (const auto& [name, value] : receiver.labels) labels.set(name, value);
    if (!base::matches_all(matchers, labels.build())) out.insert(receiver.name);
  }
  return out;
}

base::Result<AlertFilter, net::ServerResponse> read_filter(const Parameters& parameters,
                                                           const AlertsView& view) {
  AlertFilter out;
  for (const std::string& text : parameters.all("filter")) {
    auto matcher = notifiers::parse_matcher(text);
    if (!matcher) return refuse(400, matcher.error().message);
    out.matchers.push_back(*std::move(matcher));
  }
  if (const auto receiver = parameters.get("receiver"); !receiver.empty()) {
    auto regex = base::Regex::compile(receiver);
    if (!regex) return refuse(400, "failed to parse receiver param: " + regex.error().message);
    out.receiver = *std::move(regex);
  }
  ASSIGN_OR_RETURN(out.shut, read_shut_receivers(parameters, view));
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
  const auto filter = read_filter(Parameters(call.http), view);
  if (!filter) return filter.error();
  std::vector<AlertStatus> alerts = view.alerts();
  std::erase_if(alerts, [&](const AlertStatus& status) {
    const bool received = std::ranges::any_of(
        status.receivers, [&](const std::string& name) { return filter->takes_receiver(name); });
    return !received || !filter->takes(status);
  });
  net::ServerResponse out = respond_with_list(
      "[", std::move(alerts),
      [](std::string& text, const AlertStatus& status) {
        JsonWriter json(text);
        write_alert(json, status, status.receivers);
      },
      "]\n");
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

// An alert's receivers as this call shows them: the sorted union over all groups asked for.
std::vector<std::string> receivers_of(const AlertStatus& status, const AlertFilter& filter) {
  std::set<std::string> sorted;
  for (const std::string& name : status.receivers) {
    if (filter.takes_receiver(name)) sorted.insert(name);
  }
  return {sorted.begin(), sorted.end()};
}

void write_group(JsonWriter& json, const GroupStatus& group, const AlertFilter& filter) {
  json.begin_object().key("alerts").begin_array();
  for (const AlertStatus& status : group.alerts) {
    if (filter.takes(status)) write_alert(json, status, receivers_of(status, filter));
  }
  json.end_array();
  write_labels(json, "labels", group.labels);
  json.key("receiver").begin_object().field("name", group.receiver).end_object();
  write_labels(json, "routeLabels", group.route_labels);
  json.end_object();
}

net::ServerResponse list_groups(const Call& call, const AlertsView& view) {
  const auto filter = read_filter(Parameters(call.http), view);
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
  if (const auto type = call.http.header("content-type");
      !is_media_type(type, "application/json")) {
    return refuse_body({415, 415,
                        "unsupported media type " + base::go_quote(type) +
                            ", only [application/json] are allowed"});
  }
  auto alerts = parse_posted_alerts(call.http.body);
  if (!alerts) return refuse_body(alerts.error());
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
  net::ServerResponse out = answer("");
  out.content_type.clear();
  return out;
}

net::ServerResponse list_receivers(const Call& call, const AlertsView& view) {
  const auto shut = read_shut_receivers(Parameters(call.http), view);
  if (!shut) return shut.error();
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const notifiers::ReceiverStatus& receiver : view.receivers()) {
    if (shut->contains(receiver.name)) continue;
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

void mount_alerts_v2_api(Router& router, const base::Clock& clock, const AlertsView& view) {
  router.add("GET", "/api/v2/alerts", [view](const Call& call) { return list_alerts(call, view); });
  router.add("POST", "/api/v2/alerts",
             [view, &clock](const Call& call) { return post_alerts(call, clock, view); });
  router.add("GET", "/api/v2/alerts/groups",
             [view](const Call& call) { return list_groups(call, view); });
  router.add("GET", "/api/v2/receivers",
             [view](const Call& call) { return list_receivers(call, view); });
  router.add("GET", "/api/v2/status", [view](const Call&) { return show_status(view); });
}

}  // namespace tocsin::api
