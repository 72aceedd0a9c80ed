#include "rules/group.h"

#include <gtest/gtest.h>

#include "rules/handover.h"
#include "rules/rule_file.h"
#include "tests/unit/rules/fakes.h"

namespace tocsin::rules {
namespace {

using base::kSecond;
using base::Labels;

class GroupTest : public ::testing::Test {
 protected:
  std::shared_ptr<Group> make(const std::string& text, const RuleSettings& settings = {},
                              const std::string& path = "rules.yml") {
    std::vector<base::Error> errors;
    auto group = Group::make(groups_of(text, path).at(0), settings, {}, world.services,
                             world.templates(), errors);
    for (const base::Error& error : errors) ADD_FAILURE() << error.to_string();
    return group;
  }
  std::string series(std::string_view name) {
    return world.store.show(Labels::of({{"__name__", name}}));
  }
  World world;
};

TEST_F(GroupTest, RulesSeeWhatEarlierOnesWrote) {
  const auto group = make(R"(
groups:
- name: g
  rules:
  - {record: one, expr: 1}
  - {record: two, expr: one + 1}
  - {alert: Two, expr: two == 2}
  - {record: firing, expr: 'sum(ALERTS{alertname="Two"})'}
)");
  group->evaluate(30 * kSecond);
  EXPECT_EQ(series("one"), "30:1");
  EXPECT_EQ(series("two"), "30:2");
  EXPECT_EQ(series("firing"), "30:1");
  ASSERT_EQ(world.alerts.sent.size(), 1u);
  EXPECT_EQ(world.alerts.sent[0].labels.to_braces(), R"({alertname="Two"})");
  for (const RuleView& rule : group->view(true).rules) EXPECT_EQ(rule.health, RuleHealth::kOk);
}

TEST_F(GroupTest, AFailingRuleIsVisibleAndStopsNobody) {
  const auto group = make(R"(
groups:
- name: g
  rules:
  - {record: bad, expr: 'up[5m]'}
  - {record: good, expr: 1}
)");
  group->evaluate(30 * kSecond);
  const GroupView view = group->view(true);
  EXPECT_EQ(view.rules[0].health, RuleHealth::kErr);
  EXPECT_EQ(view.rules[0].last_error, "rule result is not a vector or scalar");
  EXPECT_EQ(view.rules[1].health, RuleHealth::kOk);
  EXPECT_EQ(series("good"), "30:1");
  ASSERT_EQ(world.log_lines.size(), 1u);
  EXPECT_NE(world.log_lines[0].find("name=bad"), std::string::npos);
  EXPECT_EQ(world.metric("prometheus_rule_evaluation_failures_total"),
            R"(prometheus_rule_evaluation_failures_total{rule_group="rules.yml;g"} 1)");
  EXPECT_EQ(world.metric("prometheus_rule_evaluations_total"),
            R"(prometheus_rule_evaluations_total{rule_group="rules.yml;g"} 2)");
}

TEST_F(GroupTest, QueryOffsetAndDefaults) {
  world.store.add(Labels::of({{"__name__", "m"}}), 10 * kSecond, 1);
  world.store.add(Labels::of({{"__name__", "m"}}), 20 * kSecond, 2);
  const std::string rules = "rules: [{record: r, expr: m}]";
  const RuleSettings settings{.evaluation_interval = 7 * kSecond, .query_offset = 10 * kSecond};
  const auto global = make("groups: [{name: g, " + rules + "}]", settings);
  EXPECT_EQ(global->interval(), 7 * kSecond);
  global->evaluate(20 * kSecond);
  EXPECT_EQ(series("r"), "10:1");
  const auto own =
      make("groups: [{name: g, query_offset: 0s, interval: 3s, " + rules + "}]", settings);
  EXPECT_EQ(own->interval(), 3 * kSecond);
  own->evaluate(20 * kSecond);
  EXPECT_EQ(series("r"), "10:1 20:2");
}

TEST_F(GroupTest, ShowsItsShapeAndItsWork) {
  const auto group = make("groups: [{name: g, interval: 15s, rules: [{record: r, expr: 1}]}]");
  group->show_shape();
  group->add_missed(2);
  world.clock.set(12345);
  group->evaluate(12 * kSecond);
  const GroupView view = group->view(true);
  EXPECT_EQ(view.last_evaluation, 12345);
  EXPECT_EQ(view.rules[0].last_evaluation, 12345);
  const std::string labels = R"({rule_group="rules.yml;g"} )";
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"prometheus_rule_group_interval_seconds", "15"},
           {"prometheus_rule_group_rules", "1"},
           {"prometheus_rule_group_iterations_total", "3"},
           {"prometheus_rule_group_iterations_missed_total", "2"},
           {"prometheus_rule_group_last_evaluation_samples", "1"},
           {"prometheus_rule_group_last_evaluation_timestamp_seconds", "12"}}) {
    EXPECT_EQ(world.metric(name + "{"), name + labels + value);
  }
  remove_group_metrics(world.metrics, group->spec().key());
  EXPECT_EQ(world.metric("prometheus_rule_group_rules{"), "");
}

TEST_F(GroupTest, HandoverPrefersTheSameGroupAndKeepsOrder) {
  const std::string twins =
      "groups: [{name: g, rules: [{record: r, expr: 1}, {record: r, expr: 2}, "
      "{alert: r, expr: 3}]}]";
  const auto old_here = make(twins);
  const auto old_there = make(twins, {}, "other.yml");
  const auto fresh = make(
      "groups: [{name: g, rules: [{record: r, expr: 5}, {record: r, expr: 6}, "
      "{record: r, expr: 7}, {record: q, expr: 1}]}]");
  const Handover plan = plan_handover({old_there, old_here}, {fresh});
  ASSERT_EQ(plan.moves.size(), 3u);
  EXPECT_EQ(plan.moves[0].from, old_here->rules()[0].get());
  EXPECT_EQ(plan.moves[1].from, old_here->rules()[1].get());
  EXPECT_EQ(plan.moves[1].to, fresh->rules()[1].get());
  EXPECT_EQ(plan.moves[2].from, old_there->rules()[0].get());
  EXPECT_EQ(plan.orphans.size(), 3u);
}

}  // namespace
}  // namespace tocsin::rules
