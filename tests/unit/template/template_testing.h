// Data and a runner that the template tests share.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "engine/template/funcs_alertmanager.h"
#include "engine/template/funcs_prometheus.h"
#include "engine/template/template.h"

namespace tocsin::tmpl {

struct Case {
  std::string_view text;
  std::string_view expected;  ///< The output, or the error's message.
};

class TestEnvironment final : public Environment {
 public:
  base::Result<std::vector<QuerySample>> query(std::string_view expression) const override {
    if (expression != "up") return base::Error{base::Code::kInvalid, "no such metric"};
    return std::vector<QuerySample>{
        {base::Labels::of({{"__name__", "up"}, {"job", "web"}, {"instance", "b:80"}}),
         Value::number(1)},
        {base::Labels::of({{"__name__", "up"}, {"job", "web"}, {"instance", "a:80"}}),
         Value::number(0.5)}};
  }
  base::Result<base::TimestampMs> now() const override { return 1767323045678; }
  base::Result<std::string> external_url() const override {
    return std::string("https://tocsin.example/alerts");
  }
  base::Result<std::string> route_label(std::string_view name) const override {
    return name == "team" ? std::string("storage") : std::string();
  }
};

/// A structure with fields, like the data of a notification.
class Record final : public Object {
 public:
  Record(std::string_view type_name, std::vector<std::pair<std::string, Value>> fields)
      : type_name_(type_name), fields_(std::move(fields)) {}
  std::string_view type_name() const override { return type_name_; }
  std::optional<Value> field(std::string_view name) const override {
    for (const auto& [key, value] : fields_) {
      if (key == name) return value;
    }
    return std::nullopt;
  }
  std::optional<base::Result<Value>> method(std::string_view name,
                                            std::span<const Value> args) const override {
    if (name != "Twice") return std::nullopt;
    if (args.size() != 1 || args[0].as_string() == nullptr) {
      return base::Error{base::Code::kInvalid, "takes one string"};
    }
    return Value::string(*args[0].as_string() + *args[0].as_string());
  }
  std::vector<std::pair<std::string, Value>> fields() const override { return fields_; }

 private:
  std::string_view type_name_;
  std::vector<std::pair<std::string, Value>> fields_;
};

inline Value test_alert(std::string status, std::string pod, base::TimestampMs starts_at) {
  return Value::object(std::make_shared<Record>(
      "template.Alert",
      std::vector<std::pair<std::string, Value>>{
          {"Status", Value::string(std::move(status))},
          {"Labels", Value::string_map({{"alertname", "PodDown"}, {"pod", std::move(pod)}})},
          {"Annotations", Value::string_map({{"summary", "a pod is <down> & out"}})},
          {"StartsAt", Value::time(starts_at)}}));
}

inline Value test_data() {
  return Value::object(std::make_shared<Record>(
      "template.Data",
      std::vector<std::pair<std::string, Value>>{
          {"Status", Value::string("firing")},
          {"Alerts", Value::list({test_alert("firing", "web-1", 1767323045678),
                                  test_alert("resolved", "web-2", 1767323045000)},
                                 "template.Alerts")},
          {"CommonLabels", Value::string_map({{"alertname", "PodDown"}, {"severity", "page"}})},
          {"ExternalURL", Value::string("https://am.example")},
          {"Extra", Value::any_map(
                        {{"n", Value::integer(3)}, {"f", Value::number(2.5)}, {"none", Value()}})},
          {"Empty", Value::list(List{})}}));
}

/// What executing `text` as an anonymous notification template gives: output or error message.
inline std::string rendered(std::string_view text, const Value& data = test_data(),
                            Escaping escaping = Escaping::kNone, const ExecOptions& options = {}) {
  auto parsed = Template::parse("", text, alertmanager_functions(), escaping);
  if (!parsed) return parsed.error().message;
  auto out = parsed->execute(data, TestEnvironment(), options);
  return out ? *out : out.error().message;
}

inline void expect_all(const std::vector<Case>& cases, Escaping escaping = Escaping::kNone) {
  for (const Case& c : cases)
    EXPECT_EQ(rendered(c.text, test_data(), escaping), c.expected) << c.text;
}

/// As rendered(), for the text of a rule's annotation.
inline std::string expanded(std::string_view text, double value = 0.25) {
  auto parsed = parse_rule_template("PodDown", text, prometheus_functions());
  if (!parsed) return parsed.error().message;
  RuleTemplateData data;
  data.labels = base::Labels::of({{"__name__", "up"}, {"instance", "db1:9100"}, {"model", "mini"}});
  data.external_labels = base::Labels::of({{"region", "eu"}});
  data.external_url = "https://tocsin.example/alerts";
  data.value = Value::number(value);
  return expand_rule_template(*parsed, "PodDown", to_value(data), TestEnvironment());
}

}  // namespace tocsin::tmpl
