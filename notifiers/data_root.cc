// The root of template data and its alerts.
// Source: prometheus/alertmanager template/template.go Data, Alerts, Alert.
#include "notifiers/data.h"
#include "notifiers/data_values.h"
#include "notifiers/fingerprint.h"

namespace tocsin::notifiers {

namespace {

using base::Result;
using tmpl::Value;
using Args = std::span<const Value>;
using Fields = std::vector<std::pair<std::string, Value>>;
constexpr std::string_view kAlertList = "[]template.Alert";

std::optional<Value> find_field(const Fields& fields, std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return std::nullopt;
}

/// A time that was never set shows as Go's zero time.
Value time_value(base::TimestampMs t) {
  return t == 0 ? Value::time(tmpl::Time{}) : Value::time(t);
}

class AlertObject final : public tmpl::Object {
 public:
  explicit AlertObject(const NotifiedAlert& item) : item_(item) {
    const base::Alert& alert = item.alert;
    fields_ = {{"Status", Value::string(item.resolved ? "resolved" : "firing")},
               {"Labels", key_value_object(alert.labels)},
               {"Annotations", key_value_object(alert.annotations)},
               {"StartsAt", time_value(alert.starts_at)},
               {"EndsAt", time_value(alert.ends_at)},
               {"GeneratorURL", Value::string(alert.generator_url)},
               {"Fingerprint", Value::string(fingerprint_text(fingerprint(alert.labels)))}};
  }
  std::string_view type_name() const override { return "template.Alert"; }
  std::optional<Value> field(std::string_view name) const override {
    return find_field(fields_, name);
  }
  Fields fields() const override { return fields_; }
  std::optional<std::string> json() const override {
    std::string out;
    base::JsonWriter writer(out);
    write_alert(writer, item_);
    return out;
  }
  const NotifiedAlert& item() const { return item_; }

 private:
  NotifiedAlert item_;
  Fields fields_;
};

using AlertPtr = std::shared_ptr<const AlertObject>;

class AlertsObject final : public tmpl::Object {
 public:
  explicit AlertsObject(const std::vector<NotifiedAlert>& alerts) {
    tmpl::List firing, resolved;
    for (const NotifiedAlert& item : alerts) {
      alerts_.push_back(std::make_shared<AlertObject>(item));
      values_.push_back(Value::object(alerts_.back()));
      (item.resolved ? resolved : firing).push_back(values_.back());
    }
    // Made once: templates ask inside loops.
    firing_ = Value::list(std::move(firing), kAlertList);
    resolved_ = Value::list(std::move(resolved), kAlertList);
  }
  std::string_view type_name() const override { return "template.Alerts"; }
  const tmpl::List* list() const override { return &values_; }
  std::optional<Result<Value>> method(std::string_view name, Args args) const override {
    if (name != "Firing" && name != "Resolved") return std::nullopt;
    if (!args.empty()) {
      return base::Error{base::Code::kInvalid, std::string(name) + " takes no arguments"};
    }
    return name == "Firing" ? firing_ : resolved_;
  }
  std::optional<std::string> json() const override {
    std::string out;
    base::JsonWriter writer(out);
    writer.begin_array();
    for (const AlertPtr& alert : alerts_) write_alert(writer, alert->item());
    writer.end_array();
    return out;
  }

 private:
  std::vector<AlertPtr> alerts_;
  tmpl::List values_;
  Value firing_, resolved_;
};

class DataObject final : public tmpl::Object {
 public:
  explicit DataObject(const Notification& notification) : notification_(notification) {
    fields_ = {{"Receiver", Value::string(quote_regex(notification.receiver))},
               {"Status", Value::string(notification.is_firing() ? "firing" : "resolved")},
               {"Alerts", Value::object(std::make_shared<AlertsObject>(notification.alerts))},
               {"NotificationReason", Value::string(std::string(to_string(notification.reason)))},
               {"GroupLabels", key_value_object(notification.group_labels)},
               {"CommonLabels", key_value_object(common_labels(notification.alerts))},
               {"CommonAnnotations", key_value_object(common_annotations(notification.alerts))},
               {"RouteLabels", key_value_object(notification.route_labels)},
               {"ExternalURL", Value::string(notification.external_url)}};
  }
  std::string_view type_name() const override { return "template.Data"; }
  std::optional<Value> field(std::string_view name) const override {
    return find_field(fields_, name);
  }
  Fields fields() const override { return fields_; }
  std::optional<std::string> json() const override {
    std::string out;
    base::JsonWriter writer(out);
    writer.begin_object();
    write_data_fields(writer, notification_);
    writer.end_object();
    return out;
  }

 private:
  Notification notification_;
  Fields fields_;
};

}  // namespace

tmpl::Value template_data(const Notification& notification) {
  return Value::object(std::make_shared<DataObject>(notification));
}

}  // namespace tocsin::notifiers
