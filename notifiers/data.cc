#include "notifiers/data.h"

#include "notifiers/data_values.h"
#include "notifiers/fingerprint.h"

namespace tocsin::notifiers {

namespace {

constexpr std::string_view kZeroTime = "0001-01-01T00:00:00Z";

std::string time_text(base::TimestampMs t) {
  return t == 0 ? std::string(kZeroTime) : base::format_rfc3339(t);
}

/// The labels of `first` that `rest` have with the same value.
template <class Select>
base::Labels common(const std::vector<NotifiedAlert>& alerts, Select select) {
  if (alerts.empty()) return {};
  const base::Labels& first = select(alerts.front().alert);
  std::vector<base::LabelView> kept;
  for (size_t i = 0; i < first.size(); ++i) kept.push_back(first[i]);
  for (const NotifiedAlert& item : alerts) {
    const base::Labels& labels = select(item.alert);
    if (labels == first) continue;
    std::erase_if(kept, [&](const auto& label) { return labels.get(label.name) != label.value; });
  }
  return base::Labels::of_sorted(kept);
}

}  // namespace

base::Labels common_labels(const std::vector<NotifiedAlert>& alerts) {
  return common(alerts, [](const base::Alert& a) -> const base::Labels& { return a.labels; });
}

base::Labels common_annotations(const std::vector<NotifiedAlert>& alerts) {
  return common(alerts, [](const base::Alert& a) -> const base::Labels& { return a.annotations; });
}

std::string quote_regex(std::string_view text) {
  constexpr std::string_view kSpecial = "\\.+*?()|[]{}^$";
  std::string quoted;
  for (const char c : text) {
    if (kSpecial.find(c) != std::string_view::npos) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

void write_labels(base::JsonWriter& json, const base::Labels& labels) {
  json.begin_object();
  for (size_t i = 0; i < labels.size(); ++i) json.field(labels[i].name, labels[i].value);
  json.end_object();
}

void write_alert(base::JsonWriter& json, const NotifiedAlert& item) {
  json.begin_object();
  json.field("status", item.resolved ? "resolved" : "firing");
  write_labels(json.key("labels"), item.alert.labels);
  write_labels(json.key("annotations"), item.alert.annotations);
  json.field("startsAt", time_text(item.alert.starts_at));
  json.field("endsAt", time_text(item.alert.ends_at));
  json.field("generatorURL", item.alert.generator_url);
  json.field("fingerprint", fingerprint_text(fingerprint(item.alert.labels)));
  json.end_object();
}

void write_data_fields(base::JsonWriter& json, const Notification& notification) {
  json.field("receiver", quote_regex(notification.receiver));
  json.field("status", notification.is_firing() ? "firing" : "resolved");
  json.key("alerts").begin_array();
  for (const NotifiedAlert& item : notification.alerts) write_alert(json, item);
  json.end_array();
  json.field("notification_reason", to_string(notification.reason));
  write_labels(json.key("groupLabels"), notification.group_labels);
  write_labels(json.key("commonLabels"), common_labels(notification.alerts));
  write_labels(json.key("commonAnnotations"), common_annotations(notification.alerts));
  write_labels(json.key("routeLabels"), notification.route_labels);
  json.field("externalURL", notification.external_url);
}

}  // namespace tocsin::notifiers
