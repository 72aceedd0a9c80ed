#include "notifiers/alert_relabeller.h"

#include <gtest/gtest.h>

#include "notifiers/alerting_config.h"

namespace tocsin::notifiers {
namespace {

class Kept final : public base::AlertSink {
 public:
  void on_alerts(const std::vector<base::Alert>& alerts) override {
    ++calls;
    for (const base::Alert& alert : alerts) labels.push_back(alert.labels.to_braces());
  }
  int calls = 0;
  std::vector<std::string> labels;
};

std::vector<base::RelabelRule> rules_of(const std::string& list) {
  auto node = config::parse_yaml_document("alert_relabel_configs: " + list, "p.yml");
  EXPECT_TRUE(node.ok());
  auto config = parse_alerting_config(*node);
  EXPECT_TRUE(config.ok());
  return config->alert_relabel;
}

std::vector<base::Alert> alerts_of(std::initializer_list<const char*> replicas) {
  std::vector<base::Alert> alerts;
  for (const char* replica : replicas) {
    base::Alert& alert = alerts.emplace_back();
    alert.labels = base::Labels::of({{"alertname", "x"}, {"replica", replica}});
  }
  return alerts;
}

TEST(AlertRelabeller, HandsOnEverythingWithoutRules) {
  Kept next;
  AlertRelabeller relabeller(next);
  relabeller.on_alerts(alerts_of({"a", "b"}));
  EXPECT_EQ(next.labels, (std::vector<std::string>{R"({alertname="x", replica="a"})",
                                                   R"({alertname="x", replica="b"})"}));
}

TEST(AlertRelabeller, ChangesAndDropsAlerts) {
  Kept next;
  AlertRelabeller relabeller(next);
  relabeller.apply(rules_of(
      "[{action: drop, source_labels: [replica], regex: b}, {action: labeldrop, regex: replica}]"));
  relabeller.on_alerts(alerts_of({"a", "b"}));
  EXPECT_EQ(next.labels, (std::vector<std::string>{R"({alertname="x"})"}));
  relabeller.on_alerts(alerts_of({"b"}));
  EXPECT_EQ(next.calls, 1) << "nothing left to hand on";
  relabeller.apply(rules_of("[{action: labeldrop, regex: '.*'}]"));
  relabeller.on_alerts(alerts_of({"a"}));
  EXPECT_EQ(next.calls, 1) << "an alert without labels is none";
  relabeller.apply({});
  relabeller.on_alerts(alerts_of({"b"}));
  EXPECT_EQ(next.calls, 2);
}

}  // namespace
}  // namespace tocsin::notifiers
