#include "notifiers/route.h"

#include <gtest/gtest.h>

#include "notifiers/config.h"

namespace tocsin::notifiers {
namespace {

constexpr const char* kTree = R"(
route:
  receiver: default
  group_by: [alertname, job]
  group_wait: 10s
  labels: {team: none, site: a}
  routes:
    - matchers: ['owner="team-A"']
      receiver: team-A
      group_by: [env]
      labels: {team: A}
      routes:
        - match: {env: testing}
          receiver: testing
          group_by: ['...']
        - match: {env: production}
          group_by: []
          group_interval: 1m
          continue: true
        - match_re: {env: 'produ.*'}
          receiver: hotfix
    - match_re: {owner: 'team-(B|C)'}
      receiver: team-BC
      routes:
        - matchers: [b!=1, 'a=2,c=~"x"']
receivers:
  - name: default
  - name: team-A
  - name: testing
  - name: hotfix
  - name: team-BC
)";

RouteTree tree() {
  auto config = load_config(kTree, "t.yml");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().to_string());
  return RouteTree(config->route);
}

std::string receivers(const RouteTree& routes, std::initializer_list<base::LabelView> labels) {
  std::string out;
  for (const Route* route : routes.match(base::Labels::of(labels))) {
    out += (out.empty() ? "" : " ") + route->receiver();
  }
  return out;
}

TEST(Route, DeepestMatchWinsAndContinueGoesOn) {
  const RouteTree routes = tree();
  EXPECT_EQ(receivers(routes, {{"x", "y"}}), "default");
  EXPECT_EQ(receivers(routes, {{"owner", "team-A"}}), "team-A");
  EXPECT_EQ(receivers(routes, {{"owner", "team-A"}, {"env", "testing"}}), "testing");
  EXPECT_EQ(receivers(routes, {{"owner", "team-A"}, {"env", "production"}}), "team-A hotfix");
  EXPECT_EQ(receivers(routes, {{"owner", "team-B"}}), "team-BC");
  EXPECT_EQ(receivers(routes, {{"owner", "team-BC"}}), "default");
}

TEST(Route, KeysShowLegacyExpressionsWrapped) {
  const RouteTree routes = tree();
  const auto& children = routes.root().children();
  EXPECT_EQ(routes.root().key(), "{}");
  EXPECT_EQ(children[0]->key(), R"({}/{owner="team-A"})");
  EXPECT_EQ(children[0]->id(), R"({}/{owner="team-A"}/0)");
  EXPECT_EQ(children[1]->key(), R"({}/{owner=~"^(?:team-(B|C))$"})");
  EXPECT_EQ(children[1]->children()[0]->key(),
            R"({}/{owner=~"^(?:team-(B|C))$"}/{a="2",b!="1",c=~"x"})");
  EXPECT_EQ(children[1]->children()[0]->id(),
            R"({}/{owner=~"^(?:team-(B|C))$"}/1/{a="2",b!="1",c=~"x"}/0)");
}

TEST(Route, ChildrenInheritWhatTheyDoNotSet) {
  const RouteTree routes = tree();
  const auto& team_a = *routes.root().children()[0];
  const auto& testing = *team_a.children()[0];
  const auto& production = *team_a.children()[1];
  EXPECT_EQ(testing.timing().group_wait, 10 * base::kSecond);
  EXPECT_EQ(testing.timing().group_interval, 5 * base::kMinute);
  EXPECT_EQ(testing.timing().repeat_interval, 4 * base::kHour);
  EXPECT_EQ(production.timing().group_interval, base::kMinute);
  EXPECT_EQ(production.receiver(), "team-A");
  ASSERT_EQ(testing.labels().size(), 2u);
  EXPECT_EQ(testing.labels()[0].second.text, "a");
  EXPECT_EQ(testing.labels()[1].second.text, "A");
}

TEST(Route, GroupLabelsAreThoseTheAlertHas) {
  const RouteTree routes = tree();
  const auto& team_a = *routes.root().children()[0];
  const auto alert = base::Labels::of({{"alertname", "x"}, {"env", "e"}, {"z", "1"}});
  EXPECT_EQ(group_key(routes.root(), routes.root().group_labels(alert)), R"({}:{alertname="x"})");
  EXPECT_EQ(group_key(team_a, team_a.group_labels(alert)), R"({}/{owner="team-A"}:{env="e"})");
  EXPECT_EQ(team_a.children()[0]->group_labels(alert), alert) << "group by all";
  EXPECT_TRUE(team_a.children()[1]->group_labels(alert).empty()) << "an explicit empty list";
}

}  // namespace
}  // namespace tocsin::notifiers
