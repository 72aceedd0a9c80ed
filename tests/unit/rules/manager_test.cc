#include "rules/manager.h"

#include <gtest/gtest.h>

#include <deque>

#include "tests/unit/rules/fakes.h"

namespace tocsin::rules {
namespace {

using base::kMinute;
using base::kSecond;
using base::Labels;
using base::TimestampMs;

/// Runs tasks at once, or holds them while `holding`.
class GateExecutor final : public base::Executor {
 public:
  void submit(std::function<void()> task) override {
    if (holding) {
      held.push_back(std::move(task));
    } else {
      task();
    }
  }
  void release() {
    holding = false;
    for (; !held.empty(); held.pop_front()) held.front()();
  }
  bool holding = false;
  std::deque<std::function<void()>> held;
};

class ManagerTest : public ::testing::Test {
 protected:
  ManagerTest() { world.clock.set(kStart); }
  ~ManagerTest() override {
    executor.release();
    loop.run_ready();
    if (!stopped) manager.stop([this] { stopped = true; });
    loop.run_ready();
    EXPECT_TRUE(stopped);
  }

  void apply(const std::string& text, const RuleSettings& settings = {}) {
    apply_at("rules.yml", text, settings);
  }
  void apply_at(const std::string& path, const std::string& text,
                const RuleSettings& settings = {}) {
    for (const base::Error& error : manager.apply({{path, groups_of(text, path)}}, settings)) {
      ADD_FAILURE() << error.to_string();
    }
    loop.run_ready();
  }
  /// Lets `n` intervals of 30 s pass, with up{instance="a"} 0 shortly before each slot could be.
  void run(int n) {
    for (int i = 0; i < n; ++i) {
      world.store.add(up, world.clock.now(), 0);
      loop.run_for(30 * kSecond);
    }
  }
  std::string show(std::string_view metric, std::initializer_list<base::LabelView> labels) {
    base::LabelsBuilder builder(Labels::of(labels));
    return world.store.show(builder.set("__name__", metric).build());
  }

  static constexpr TimestampMs kStart = 600 * kSecond;
  const Labels up = Labels::of({{"__name__", "up"}, {"instance", "a"}});
  World world;
  testing::FakeLoop loop{world.clock};
  GateExecutor executor;
  Manager manager{loop, executor, world.services, {}};
  bool stopped = false;
};

const std::string kDown =
    "groups: [{name: g, interval: 30s, rules: [{alert: Down, expr: up == 0, for: 1m}]}]";

TEST_F(ManagerTest, FiresOnTheThirdPass) {
  apply(kDown);
  EXPECT_EQ(manager.groups().at(0).rules.at(0).state, AlertState::kNone);
  manager.start();
  run(2);
  ASSERT_EQ(manager.alerts().size(), 1u);
  EXPECT_EQ(manager.alerts()[0].state, AlertState::kPending);
  EXPECT_TRUE(world.alerts.sent.empty());
  run(1);
  ASSERT_EQ(world.alerts.sent.size(), 1u);
  const AlertView alert = manager.alerts().at(0);
  EXPECT_EQ(alert.state, AlertState::kFiring);
  const TimestampMs phase = hashed_phase("rules.yml", "g", 30 * kSecond);
  EXPECT_EQ((alert.active_at - phase) % (30 * kSecond), 0);
  EXPECT_EQ(world.alerts.sent[0].starts_at, alert.active_at + kMinute);
}

TEST_F(ManagerTest, NothingRunsBeforeStart) {
  apply(kDown);
  run(3);
  EXPECT_TRUE(manager.alerts().empty());
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(ManagerTest, AnUnchangedGroupGoesOnUntouched) {
  apply(kDown);
  manager.start();
  run(2);
  apply("# only moved\n\n" + kDown);
  EXPECT_EQ(manager.groups()[0].rules[0].state, AlertState::kPending);  // Not even unknown.
  run(1);
  EXPECT_EQ(world.alerts.sent.size(), 1u);
}

TEST_F(ManagerTest, AnEditedRuleKeepsItsState) {
  apply(kDown);
  manager.start();
  run(2);
  const TimestampMs active_at = manager.alerts().at(0).active_at;
  apply(
      "groups: [{name: g, interval: 30s, rules: [{record: x, expr: 1}, "
      "{alert: Down, expr: up < 1, for: 1m, annotations: {a: b}}]}]");
  EXPECT_EQ(manager.groups()[0].rules[1].health, RuleHealth::kUnknown);
  run(1);
  ASSERT_EQ(manager.alerts().size(), 1u);
  EXPECT_EQ(manager.alerts()[0].active_at, active_at);
  EXPECT_EQ(manager.alerts()[0].state, AlertState::kFiring);
}

TEST_F(ManagerTest, ARuleThatMovesToAnotherFileKeepsItsState) {
  apply(kDown);
  manager.start();
  run(2);
  const TimestampMs active_at = manager.alerts().at(0).active_at;
  apply_at("other.yml",
           "groups: [{name: h, interval: 30s, rules: [{alert: Down, expr: up == 0, for: 1m}]}]");
  run(2);
  EXPECT_EQ(manager.alerts().at(0).active_at, active_at);
  EXPECT_EQ(world.metric("prometheus_rule_group_rules{"),
            R"(prometheus_rule_group_rules{rule_group="other.yml;h"} 1)");
}

TEST_F(ManagerTest, AChangedLabelLosesTheState) {
  apply(kDown);
  manager.start();
  run(2);
  apply(
      "groups: [{name: g, interval: 30s, rules: [{alert: Down, expr: up == 0, for: 1m, "
      "labels: {severity: page}}]}]");
  EXPECT_TRUE(manager.alerts().empty());
  const std::string old_series =
      show("ALERTS", {{"alertname", "Down"}, {"alertstate", "pending"}, {"instance", "a"}});
  EXPECT_NE(old_series.find("660:stale"), std::string::npos) << old_series;  // At the reload.
}

TEST_F(ManagerTest, ARemovedGroupEndsItsSeries) {
  apply("groups: [{name: g, interval: 30s, rules: [{record: r, expr: 1}]}]");
  manager.start();
  run(1);
  apply("");
  EXPECT_TRUE(manager.groups().empty());
  EXPECT_NE(show("r", {}).find("630:stale"), std::string::npos);
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(ManagerTest, StoppingEndsNoSeries) {
  apply("groups: [{name: g, interval: 30s, rules: [{record: r, expr: 1}]}]");
  manager.start();
  run(1);
  manager.stop([this] { stopped = true; });
  EXPECT_TRUE(stopped);
  EXPECT_EQ(show("r", {}).find("stale"), std::string::npos);
}

TEST_F(ManagerTest, StopWaitsForTheRunningPass) {
  apply(kDown);
  manager.start();
  executor.holding = true;
  run(1);
  ASSERT_EQ(executor.held.size(), 1u);
  manager.stop([this] { stopped = true; });
  loop.run_ready();
  EXPECT_FALSE(stopped);
  executor.release();
  loop.run_ready();
  EXPECT_TRUE(stopped);
}

TEST_F(ManagerTest, AReloadWaitsForThePassOfTheChangedGroupOnly) {
  const std::string other = "{name: h, interval: 10s, rules: [{record: r, expr: 1}]}";
  apply("groups: [{name: g, interval: 30s, rules: [{alert: Down, expr: up == 0, for: 1m}]}, " +
        other + "]");
  manager.start();
  run(2);
  const TimestampMs active_at = manager.alerts().at(0).active_at;
  // Hold the pass of g alone.
  executor.holding = true;
  world.store.add(up, world.clock.now(), 0);
  loop.run_until(
      slot_at(world.clock.now(), 30 * kSecond, hashed_phase("rules.yml", "g", 30 * kSecond)) +
      30 * kSecond);
  executor.holding = false;
  apply("groups: [{name: g, interval: 30s, rules: [{alert: Down, expr: up == 0, for: 50s}]}, " +
        other + "]");
  apply("groups: [{name: g, interval: 30s, rules: [{alert: Down, expr: up == 0, for: 40s}]}, " +
        other + "]");
  EXPECT_EQ(manager.groups()[0].rules[0].hold, 40 * kSecond);
  EXPECT_TRUE(manager.alerts().empty());
  executor.release();
  loop.run_ready();
  run(1);
  ASSERT_EQ(manager.alerts().size(), 1u);
  EXPECT_EQ(manager.alerts()[0].active_at, active_at);
}

TEST_F(ManagerTest, GroupsAreSortedByFileAndName) {
  const auto b = groups_of("groups: [{name: z}, {name: y}]", "b.yml");
  const auto a = groups_of("groups: [{name: z}]", "a.yml");
  EXPECT_TRUE(manager.apply({{"b.yml", b}, {"a.yml", a}}, {}).empty());
  std::string order;
  for (const GroupView& group : manager.groups()) order += group.file + ":" + group.name + " ";
  EXPECT_EQ(order, "a.yml:z b.yml:y b.yml:z ");
}

TEST_F(ManagerTest, TheSameGroupTwiceIsRefusedAndChangesNothing) {
  apply(kDown);
  const auto groups = groups_of("groups: [{name: x}]");
  const RuleErrors errors = manager.apply({{"rules.yml", groups}, {"rules.yml", groups}}, {});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].to_string(), "rules.yml:1:10: group \"x\" of this file was loaded twice");
  EXPECT_EQ(manager.groups().at(0).name, "g");
}

TEST_F(ManagerTest, NewExternalLabelsReachEveryGroup) {
  apply("groups: [{name: g, interval: 30s, rules: [{alert: Down, expr: up == 0}]}]",
        {.names = {.labels = Labels::of({{"dc", "eu"}})}});
  manager.start();
  run(1);
  EXPECT_EQ(world.alerts.take().at(0).labels.get("dc"), "eu");
  apply("groups: [{name: g, interval: 30s, rules: [{alert: Down, expr: up == 0}]}]",
        {.names = {.labels = Labels::of({{"dc", "us"}})}});
  run(4);
  EXPECT_EQ(world.alerts.take().back().labels.get("dc"), "us");
}

}  // namespace
}  // namespace tocsin::rules
