#include "rules/rule_file.h"

#include <gtest/gtest.h>

#include "rules/generator_url.h"
#include "tests/unit/rules/fakes.h"

namespace tocsin::rules {
namespace {

using base::kMinute;
using base::kSecond;

TEST(RuleFile, ReadsEveryField) {
  const auto groups = groups_of(R"(
groups:
  - name: nodes
    interval: 30s
    query_offset: 0s
    limit: 10
    labels: {team: infra, severity: none}
    rules:
      - alert: NodeDown
        expr: up{job="node"}==0
        for: 5m
        keep_firing_for: 10m
        labels:
          severity: page
          code: 17
          shout: true
        annotations:
          summary: "{{ $labels.instance }} is down"
      - record: job:up:sum
        expr: sum by(job)(up)
  - name: empty
)");
  ASSERT_EQ(groups.size(), 2u);
  const GroupSpec& group = groups[0];
  EXPECT_EQ(group.key(), "rules.yml;nodes");
  EXPECT_EQ(group.interval, 30 * kSecond);
  EXPECT_EQ(group.query_offset, 0);
  EXPECT_EQ(group.limit, 10);
  EXPECT_EQ(groups[1].query_offset, std::nullopt);
  ASSERT_EQ(group.rules.size(), 2u);
  const RuleSpec& alert = group.rules[0];
  EXPECT_EQ(alert.kind, RuleKind::kAlerting);
  EXPECT_EQ(alert.name, "NodeDown");
  EXPECT_EQ(alert.query, "up{job=\"node\"} == 0");
  EXPECT_EQ(alert.hold, 5 * kMinute);
  EXPECT_EQ(alert.keep_firing_for, 10 * kMinute);
  EXPECT_EQ(alert.labels, (TextPairs{{"code", "17"}, {"severity", "page"}, {"shout", "true"}}));
  EXPECT_EQ(alert.expr_where.to_string(), "rules.yml:10:15");
  EXPECT_EQ(
      merged_labels(group, alert),
      (TextPairs{{"code", "17"}, {"severity", "page"}, {"shout", "true"}, {"team", "infra"}}));
  EXPECT_EQ(group.rules[1].kind, RuleKind::kRecording);
  EXPECT_EQ(merged_labels(group, group.rules[1]),
            (TextPairs{{"severity", "none"}, {"team", "infra"}}));
}

TEST(RuleFile, EmptyFilesAndListsAreFine) {
  EXPECT_TRUE(groups_of("").empty());
  EXPECT_TRUE(groups_of("# nothing\n").empty());
  EXPECT_TRUE(groups_of("groups:\n").empty());
  EXPECT_TRUE(groups_of("groups: []\n").empty());
  EXPECT_TRUE(groups_of("groups: [{name: g, rules: }]").at(0).rules.empty());
}

TEST(RuleFile, ExpressionsOfAnyTypeAndScalarsLoad) {
  EXPECT_EQ(rule_of("groups: [{name: g, rules: [{record: r, expr: 1}]}]").query, "1");
  EXPECT_EQ(rule_of("groups: [{name: g, rules: [{record: r, expr: 'up[5m]'}]}]").query, "up[5m]");
}

TEST(RuleFile, ReadsEveryPlainDocument) {
  const auto groups = groups_of("groups: [{name: a}]\n---\n---\ngroups: [{name: b}]\n");
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[1].name, "b");
}

constexpr std::string_view kManifest = R"(apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: node
  namespace: monitoring
  labels: {role: alert-rules}
spec:
  groups:
    - name: node
      interval: ""
      partial_response_strategy: WARN
      rules:
        - alert: Down
          expr: 1
          for: ""
)";

TEST(RuleFile, ReadsManifests) {
  const auto groups = groups_of(kManifest);
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].file, "rules.yml");
  EXPECT_EQ(groups[0].interval, 0);
  EXPECT_EQ(groups[0].rules[0].hold, 0);
}

TEST(RuleFile, SeveralManifestsInOneFileKeepTheirIdentity) {
  std::string text(kManifest);
  const auto name = text.find("name: node");
  const std::string other = std::string(text).replace(name, 10, "name: disk");
  const auto groups = groups_of(text + "---\n" + other);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].file, "rules.yml#monitoring/node");
  EXPECT_EQ(groups[1].file, "rules.yml#monitoring/disk");
}

TEST(RuleFile, ReadsListsOfManifests) {
  const auto groups = groups_of(R"(
apiVersion: v1
kind: List
items:
  - apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata: {name: a, namespace: x}
    spec: {groups: [{name: g}]}
  - apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata: {name: b, namespace: x}
    spec: {groups: [{name: g}]}
)");
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[1].key(), "rules.yml#x/b;g");
}

TEST(RuleFile, ManyFilesGiveAllTheirErrors) {
  const auto files = load_rule_files({"/nonexistent/a.yml", "/nonexistent/b.yml"});
  ASSERT_FALSE(files.ok());
  ASSERT_EQ(files.error().size(), 2u);
  EXPECT_NE(files.error()[1].to_string().find("/nonexistent/b.yml"), std::string::npos);
}

TEST(RuleFile, FindsDuplicateRules) {
  const std::vector<RuleFile> files = {{"f", groups_of(R"(
groups:
  - name: a
    rules:
      - {record: r, expr: 1, labels: {x: y}}
      - {record: r, expr: 2}
  - name: b
    rules:
      - {record: r, expr: 3, labels: {x: y}}
)")}};
  const auto duplicates = duplicate_rules(files);
  ASSERT_EQ(duplicates.size(), 1u);
  EXPECT_EQ(duplicates[0].name, "r");
  EXPECT_EQ(duplicates[0].where.to_string(), "rules.yml:9:9");
}

TEST(RuleSpec, SameGroupLooksAtTextNotAtPlaces) {
  const std::string text = "groups: [{name: g, rules: [{alert: A, expr: up==0, labels: {a: b}}]}]";
  const GroupSpec one = groups_of(text).at(0);
  EXPECT_TRUE(same_group(one, groups_of("# moved down\n\n" + text).at(0)));
  EXPECT_TRUE(same_group(one, groups_of("groups: [{name: g, rules: [{alert: A, expr: 'up  == 0', "
                                        "labels: {a: b}}]}]")
                                  .at(0)));
  for (const char* other : {"groups: [{name: g, rules: [{alert: A, expr: up==1, labels: {a: b}}]}]",
                            "groups: [{name: g, rules: [{alert: A, expr: up==0, labels: {a: c}}]}]",
                            "groups: [{name: g, rules: []}]",
                            "groups: [{name: g, interval: 5s, rules: [{alert: A, expr: up==0, "
                            "labels: {a: b}}]}]"}) {
    EXPECT_FALSE(same_group(one, groups_of(other).at(0))) << other;
  }
}

TEST(GeneratorUrl, EscapesTheExpression) {
  EXPECT_EQ(generator_url("http://p:9090", "up{job=\"a b\"} == 0"),
            "http://p:9090/graph?g0.expr=up%7Bjob%3D%22a+b%22%7D+%3D%3D+0&g0.tab=1");
}

}  // namespace
}  // namespace tocsin::rules
