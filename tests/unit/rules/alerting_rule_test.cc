#include "rules/alerting_rule.h"

#include <gtest/gtest.h>

#include "tests/unit/rules/fakes.h"

namespace tocsin::rules {
namespace {

using base::kMinute;
using base::kSecond;
using base::Labels;
using base::TimestampMs;

constexpr base::DurationMs kInterval = 30 * kSecond;

Labels row(std::string_view instance) {
  return Labels::of({{"__name__", "up"}, {"instance", instance}});
}

/// One rule whose expression the test answers.
class AlertingRuleTest : public ::testing::Test {
 protected:
  AlertingRuleTest() { script->rows = {row("a"), row("b")}; }

  std::unique_ptr<AlertingRule> make(const std::string& fields, ExternalNames names = {},
                                     int64_t limit = 0) {
    const RuleSpec spec =
        rule_of("groups: [{name: g, rules: [{alert: Down, expr: up == 0, " + fields + "}]}]");
    auto made = AlertingRule::make(
        spec, spec.labels,
        {RuleQuery(std::make_unique<FakeQuery>(script)), AlertSeries(world.store, ""),
         world.templates(std::move(names)), world.clock, kMinute, limit});
    EXPECT_TRUE(made.ok());
    return made ? *std::move(made) : nullptr;
  }

  /// One pass at `ts`; what was sent is in `due`.
  base::Status pass(AlertingRule& rule, TimestampMs ts, base::DurationMs offset = 0) {
    const RulePass at{ts, ts - offset, kInterval};
    due.clear();
    world.clock.set(ts);
    const base::Status status = rule.evaluate(at, due);
    rule.set_outcome(status, ts, 0);
    if (!status.ok()) return status;
    EXPECT_TRUE(rule.write(at).ok());
    return {};
  }
  std::string series(std::string_view metric, std::string_view instance,
                     std::string_view state = "") {
    return world.store.show(Labels::of({{"__name__", metric},
                                        {"alertname", "Down"},
                                        {"alertstate", state},
                                        {"instance", instance}}));
  }
  static std::string states(const AlertingRule& rule) {
    std::string out;
    for (const AlertView& alert : rule.view(true).alerts) {
      out += std::string(alert.labels.get("instance")) + ":" + std::string(to_string(alert.state)) +
             " ";
    }
    return out;
  }

  World world;
  std::shared_ptr<FakeQuery::Script> script = std::make_shared<FakeQuery::Script>();
  std::vector<base::Alert> due;
};

TEST_F(AlertingRuleTest, PendingThenFiringThenResolved) {
  const auto rule =
      make("for: 1m, annotations: {summary: '{{ $labels.instance }} is {{ $value }}'}");
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 0).ok());
  EXPECT_EQ(states(*rule), "a:pending ");
  EXPECT_TRUE(due.empty());
  EXPECT_TRUE(pass(*rule, 30 * kSecond).ok());
  EXPECT_TRUE(due.empty());
  EXPECT_TRUE(pass(*rule, 60 * kSecond).ok());
  EXPECT_EQ(states(*rule), "a:firing ");
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].labels.to_braces(), R"({alertname="Down", instance="a"})");
  EXPECT_EQ(due[0].annotations.get("summary"), "a is 0");
  EXPECT_EQ(due[0].starts_at, 60 * kSecond);
  EXPECT_EQ(due[0].ends_at, 60 * kSecond + 4 * kMinute);
  EXPECT_EQ(due[0].generator_url, "/graph?g0.expr=up+%3D%3D+0&g0.tab=1");
  script->values.clear();
  EXPECT_TRUE(pass(*rule, 90 * kSecond).ok());
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].ends_at, 90 * kSecond);
  EXPECT_TRUE(due[0].resolved_at(90 * kSecond));
  EXPECT_EQ(states(*rule), "");
}

TEST_F(AlertingRuleTest, AStreamIsOpenedForTheFirstAlert) {
  class CountingSink final : public base::SampleSink {
   public:
    explicit CountingSink(base::SampleSink& to) : to_(to) {}
    std::unique_ptr<base::StreamWriter> open_stream(std::string name) override {
      names.push_back(name);
      return to_.open_stream(std::move(name));
    }
    std::vector<std::string> names;

   private:
    base::SampleSink& to_;
  };
  CountingSink sink(world.store);
  const RuleSpec spec = rule_of("groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]");
  auto made = AlertingRule::make(spec, spec.labels,
                                 {RuleQuery(std::make_unique<FakeQuery>(script)),
                                  AlertSeries(sink, "rule Down"), world.templates(), world.clock});
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(pass(**made, 0).ok());
  EXPECT_TRUE((*made)->end_series(1).ok());
  EXPECT_TRUE(sink.names.empty());
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(**made, 30 * kSecond).ok());
  script->values = {{0, 0}, {1, 0}};
  EXPECT_TRUE(pass(**made, 60 * kSecond).ok());
  EXPECT_EQ(sink.names, std::vector<std::string>{"rule Down"});
  EXPECT_EQ(series("ALERTS", "a", "firing"), "30:1 60:1");
}

TEST_F(AlertingRuleTest, ResendsStrictlyAfterTheDelay) {
  const auto rule = make("labels: {}");
  script->values = {{0, 0}};
  std::vector<TimestampMs> sent;
  for (TimestampMs ts = 0; ts <= 5 * kMinute; ts += kInterval) {
    EXPECT_TRUE(pass(*rule, ts).ok());
    if (!due.empty()) sent.push_back(ts / kSecond);
  }
  EXPECT_EQ(sent, (std::vector<TimestampMs>{0, 90, 180, 270}));
}

TEST_F(AlertingRuleTest, ResolutionIsRepeatedWithTheSameEndForFifteenMinutes) {
  const auto rule = make("labels: {}");
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 0).ok());
  script->values.clear();
  TimestampMs last = 0;
  for (TimestampMs ts = kInterval; ts <= 30 * kMinute; ts += kInterval) {
    EXPECT_TRUE(pass(*rule, ts).ok());
    if (due.empty()) continue;
    EXPECT_EQ(due[0].ends_at, kInterval);
    EXPECT_EQ(due[0].starts_at, 0);
    last = ts;
  }
  EXPECT_EQ(last, kInterval + 15 * kMinute);
}

TEST_F(AlertingRuleTest, AnAlertThatComesBackIsNew) {
  const auto rule = make("labels: {}");
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 0).ok());
  script->values.clear();
  EXPECT_TRUE(pass(*rule, kInterval).ok());
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 2 * kInterval).ok());
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].starts_at, 2 * kInterval);
  EXPECT_FALSE(due[0].resolved_at(2 * kInterval));
}

TEST_F(AlertingRuleTest, WritesAlertsAndForState) {
  const auto rule = make("for: 30s");
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 30 * kSecond).ok());
  EXPECT_TRUE(pass(*rule, 60 * kSecond).ok());
  EXPECT_TRUE(pass(*rule, 90 * kSecond).ok());
  script->values.clear();
  EXPECT_TRUE(pass(*rule, 120 * kSecond).ok());
  EXPECT_TRUE(pass(*rule, 150 * kSecond).ok());
  EXPECT_EQ(series("ALERTS", "a", "pending"), "30:1 60:stale");
  EXPECT_EQ(series("ALERTS", "a", "firing"), "60:1 90:1 120:stale");
  EXPECT_EQ(series("ALERTS_FOR_STATE", "a"), "30:30 60:30 90:30 120:stale");
  EXPECT_EQ(world.store.commits(), 4u);  // Nothing to say, nothing written.
}

TEST_F(AlertingRuleTest, KeepFiringFreezesValueAndAnnotations) {
  const auto rule = make("keep_firing_for: 1m, annotations: {v: '{{ $value }}'}");
  script->values = {{0, 5}};
  EXPECT_TRUE(pass(*rule, 0).ok());
  script->values.clear();
  EXPECT_TRUE(pass(*rule, 30 * kSecond).ok());
  const AlertView kept = rule->view(true).alerts.at(0);
  EXPECT_EQ(kept.state, AlertState::kFiring);
  EXPECT_EQ(kept.keep_firing_since, 30 * kSecond);
  EXPECT_EQ(kept.value, 5);
  EXPECT_EQ(kept.annotations.get("v"), "5");
  EXPECT_TRUE(pass(*rule, 60 * kSecond).ok());
  EXPECT_TRUE(pass(*rule, 90 * kSecond).ok());
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].ends_at, 90 * kSecond);
  EXPECT_EQ(due[0].annotations.get("v"), "5");
  EXPECT_EQ(series("ALERTS", "a", "firing"), "0:1 30:1 60:1 90:stale");
}

TEST_F(AlertingRuleTest, AnnotationsSpeakOfTheEvaluationThatSends) {
  const auto rule = make("annotations: {v: '{{ $value }}'}");
  for (int i = 0; i < 4; ++i) {
    script->values = {{0, i}};
    EXPECT_TRUE(pass(*rule, i * kInterval).ok());
  }
  ASSERT_EQ(due.size(), 1u);  // Sent at 0 and 90 s.
  EXPECT_EQ(due[0].annotations.get("v"), "3");
  EXPECT_EQ(due[0].starts_at, 0);
}

TEST_F(AlertingRuleTest, AFailedEvaluationFreezesEverything) {
  const auto rule = make("for: 1m");
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 0).ok());
  script->error = "no luck";
  EXPECT_FALSE(pass(*rule, 30 * kSecond).ok());
  EXPECT_EQ(rule->view(true).health, RuleHealth::kErr);
  EXPECT_EQ(rule->view(true).last_error, "no luck");
  EXPECT_EQ(states(*rule), "a:pending ");
  script->error.clear();
  EXPECT_TRUE(pass(*rule, 60 * kSecond).ok());
  EXPECT_EQ(states(*rule), "a:firing ");
  EXPECT_EQ(rule->view(true).last_error, "");
  EXPECT_EQ(series("ALERTS", "a", "pending"), "0:1 60:stale");
}

TEST_F(AlertingRuleTest, EqualLabelSetsFailBeforeAnythingChanges) {
  const auto rule = make("for: 1m, labels: {instance: ''}");
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 0).ok());
  script->values = {{0, 0}, {1, 0}};
  const base::Status collided = pass(*rule, 30 * kSecond);
  ASSERT_FALSE(collided.ok());
  EXPECT_EQ(collided.error().message,
            "vector contains metrics with the same labelset after applying alert labels");
  EXPECT_EQ(rule->view(true).alerts.at(0).active_at, 0);
  script->values = {{1, 0}};  // Another row, the same alert.
  EXPECT_TRUE(pass(*rule, 60 * kSecond).ok());
  EXPECT_EQ(rule->view(true).alerts.at(0).state, AlertState::kFiring);
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 90 * kSecond).ok());
  EXPECT_EQ(rule->view(true).alerts.size(), 1u);
  EXPECT_EQ(rule->view(true).alerts.at(0).active_at, 0);
}

TEST_F(AlertingRuleTest, ACollisionOfNewAlertsLeavesNone) {
  const auto rule = make("labels: {instance: ''}");
  script->values = {{0, 0}, {1, 0}};
  EXPECT_FALSE(pass(*rule, 0).ok());
  EXPECT_TRUE(rule->view(true).alerts.empty());
}

TEST_F(AlertingRuleTest, ABreachedLimitEndsAllAlerts) {
  const auto rule = make("labels: {}", {}, 1);
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 0).ok());
  script->values = {{0, 0}, {1, 0}};
  const base::Status breached = pass(*rule, 30 * kSecond);
  ASSERT_FALSE(breached.ok());
  EXPECT_EQ(breached.error().message, "exceeded limit of 1 with 2 alerts");
  EXPECT_TRUE(due.empty());
  EXPECT_TRUE(rule->view(true).alerts.empty());
  script->values.clear();
  EXPECT_TRUE(pass(*rule, 60 * kSecond).ok());
  EXPECT_TRUE(due.empty());
  EXPECT_EQ(series("ALERTS", "a", "firing"), "0:1 60:stale");
}

TEST_F(AlertingRuleTest, StateSurvivesAChangeOfRows) {
  const auto rule = make("for: 1m");
  script->values = {{1, 0}};
  EXPECT_TRUE(pass(*rule, 0).ok());
  script->rows = {row("new"), row("b"), row("c")};
  script->schema_id = 2;
  script->values = {{0, 0}, {1, 0}};
  EXPECT_TRUE(pass(*rule, 60 * kSecond).ok());
  EXPECT_EQ(states(*rule), "b:firing new:pending ");
  script->rows = {row("b")};
  script->schema_id = 3;
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 90 * kSecond).ok());
  EXPECT_EQ(states(*rule), "b:firing ");
}

TEST_F(AlertingRuleTest, ASlotIsNotInheritedByAnotherRow) {
  const auto rule = make("for: 1m, labels: {instance: ''}");
  script->rows = {Labels::of({{"instance", "a"}}), Labels::of({{"instance", "b"}}),
                  Labels::of({{"job", "x"}})};
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 0).ok());
  script->values = {{1, 0}};
  EXPECT_TRUE(pass(*rule, 1).ok());
  script->values.clear();
  EXPECT_TRUE(pass(*rule, 2).ok());  // Forgotten; its slot is free.
  script->values = {{2, 0}};
  EXPECT_TRUE(pass(*rule, 3).ok());  // The slot has another alert now.
  script->values = {{0, 0}, {2, 0}};
  EXPECT_TRUE(pass(*rule, 4).ok());
  EXPECT_EQ(rule->view(true).alerts.size(), 2u);
}

TEST_F(AlertingRuleTest, LabelsWithTheValueMakeNewAlerts) {
  const auto rule = make("for: 1m, labels: {v: '{{ $value }}'}");
  script->values = {{0, 1}};
  EXPECT_TRUE(pass(*rule, 0).ok());
  EXPECT_TRUE(pass(*rule, 30 * kSecond).ok());
  EXPECT_EQ(rule->view(true).alerts.at(0).active_at, 0);
  script->values = {{0, 2}};
  EXPECT_TRUE(pass(*rule, 60 * kSecond).ok());
  const auto alerts = rule->view(true).alerts;
  ASSERT_EQ(alerts.size(), 1u);
  EXPECT_EQ(alerts[0].labels.get("v"), "2");
  EXPECT_EQ(alerts[0].active_at, 60 * kSecond);
}

TEST_F(AlertingRuleTest, ExternalLabelsAreAddedWhenSentWhereAbsent) {
  const auto rule =
      make("labels: {dc: mine}",
           {.labels = Labels::of({{"dc", "eu"}, {"env", "prod"}}), .url = "http://t"});
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 0).ok());
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].labels.to_braces(),
            R"({alertname="Down", dc="mine", env="prod", instance="a"})");
  EXPECT_EQ(due[0].generator_url, "http://t/graph?g0.expr=up+%3D%3D+0&g0.tab=1");
  EXPECT_FALSE(rule->view(true).alerts.at(0).labels.has("env"));
  for (const auto& [labels, samples] : world.store.series()) EXPECT_FALSE(labels.has("env"));
}

TEST_F(AlertingRuleTest, QueryOffsetShiftsQueryAndSamplesNotTheAlert) {
  const auto rule = make("labels: {}");
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 100 * kSecond, 40 * kSecond).ok());
  EXPECT_EQ(script->asked, std::vector<TimestampMs>{60 * kSecond});
  EXPECT_EQ(due.at(0).starts_at, 100 * kSecond);
  EXPECT_EQ(series("ALERTS", "a", "firing"), "60:1");
  EXPECT_EQ(series("ALERTS_FOR_STATE", "a"), "60:100");
}

TEST_F(AlertingRuleTest, ATemplateErrorBecomesPartOfTheAlert) {
  const auto rule = make("labels: {l: '{{ humanize \"x\" }}'}");
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*rule, 0).ok());
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].labels.get("l").substr(0, 26), "<error expanding template:");
}

TEST_F(AlertingRuleTest, ANativeHistogramIsTextForTemplatesAndHasNoValue) {
  const auto rule = make("annotations: {summary: 'saw {{ $value }}'}");
  auto histogram = std::make_shared<base::FloatHistogram>();
  histogram->count = 2;
  histogram->sum = 3;
  histogram->positive_spans = {{1, 1}};
  histogram->positive_buckets = {2};
  script->histograms = {{1, histogram}};
  EXPECT_TRUE(pass(*rule, 0).ok());
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].annotations.get("summary"), "saw {count:2, sum:3, (1,2]:2}");
  EXPECT_EQ(rule->view(true).alerts[0].value, 0);
}

TEST_F(AlertingRuleTest, StateIsUnknownBeforeTheFirstEvaluation) {
  const auto rule = make("labels: {}");
  EXPECT_EQ(rule->view(true).state, AlertState::kNone);
  EXPECT_EQ(rule->view(true).health, RuleHealth::kUnknown);
  EXPECT_TRUE(pass(*rule, 0).ok());
  EXPECT_EQ(rule->view(true).state, AlertState::kInactive);
}

TEST_F(AlertingRuleTest, AdoptsStateAndSeries) {
  const auto old_rule = make("for: 1m");
  script->values = {{0, 0}};
  EXPECT_TRUE(pass(*old_rule, 0).ok());
  script->schema_id = 1;
  const auto new_rule = make("for: 30s");
  ASSERT_TRUE(new_rule->continues(*old_rule));
  new_rule->adopt(*old_rule);
  EXPECT_TRUE(pass(*new_rule, 30 * kSecond).ok());
  EXPECT_EQ(new_rule->view(true).alerts.at(0).active_at, 0);
  EXPECT_EQ(due.size(), 1u);
  EXPECT_EQ(series("ALERTS", "a", "pending"), "0:1 30:stale");
  EXPECT_EQ(series("ALERTS_FOR_STATE", "a"), "0:0 30:0");
}

TEST_F(AlertingRuleTest, StringsAndRangesFailAtEveryEvaluation) {
  const RuleSpec spec = rule_of("groups: [{name: g, rules: [{alert: Down, expr: 'up[5m]'}]}]");
  const auto queries = promql::QueryFamily::make(world.store, {}, world.clock, {});
  auto query = RuleQuery::prepare(spec, *queries);
  ASSERT_TRUE(query.ok());
  const auto frame = query->run(0);
  ASSERT_FALSE(frame.ok());
  EXPECT_EQ(frame.error().message, "rule result is not a vector or scalar");
}

}  // namespace
}  // namespace tocsin::rules
