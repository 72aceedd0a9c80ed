// Readers look at a rule while it is evaluated; meant for the thread sanitizer, too.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "engine/base/number.h"
#include "rules/alerting_rule.h"
#include "rules/manager.h"
#include "tests/unit/rules/fakes.h"

namespace tocsin::rules {
namespace {

TEST(Concurrency, ViewsAndEvaluationsDoNotDisturbEachOther) {
  World world;
  const RuleSpec spec = rule_of(
      "groups: [{name: g, rules: [{alert: A, expr: up == 0, annotations: {a: '{{ $value }}'}}]}]");
  const auto script = std::make_shared<FakeQuery::Script>();
  for (int i = 0; i < 20; ++i) {
    script->rows.push_back(base::Labels::of({{"instance", std::to_string(i)}}));
  }
  auto made = AlertingRule::make(
      spec, spec.labels,
      {RuleQuery(std::make_unique<FakeQuery>(script)), AlertSeries(world.store, ""),
       world.templates(), world.clock, base::kMinute, 0});
  ASSERT_TRUE(made.ok());
  AlertingRule& rule = **made;
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      for (const AlertView& alert : rule.view(true).alerts) {
        EXPECT_EQ(alert.annotations.get("a"), base::format_fixed(alert.value));
      }
    }
  });
  std::vector<base::Alert> due;
  for (int pass = 1; pass <= 300; ++pass) {
    script->values.clear();
    for (size_t row = 0; row < 20; ++row) {
      if ((pass + row) % 7 != 0) script->values[row] = pass;
    }
    const RulePass at{pass * base::kMinute, pass * base::kMinute, base::kMinute};
    const base::Status status = rule.evaluate(at, due);
    rule.set_outcome(status, at.ts, 1);
    EXPECT_TRUE(status.ok());
    EXPECT_TRUE(rule.write(at).ok());
  }
  done = true;
  reader.join();
  EXPECT_GE(rule.view(true).alerts.size(), 17u);
}

TEST(Concurrency, GroupsAreLookedAtWhileTheyAreReplaced) {
  World world;
  testing::FakeLoop loop{world.clock};
  base::InlineExecutor executor;
  Manager manager(loop, executor, world.services, {});
  const auto load = [&](int version) {
    std::string text = "groups: [";
    for (int group = 0; group < 8; ++group) {
      text += "{name: g" + std::to_string(group) + ", rules: [{record: r, expr: vector(" +
              std::to_string(version) + ")}]},";
    }
    EXPECT_TRUE(manager.apply({{"rules.yml", groups_of(text + "]", "rules.yml")}}, {}).empty());
  };
  load(0);
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const std::vector<GroupView> groups = manager.groups();
        ASSERT_EQ(groups.size(), 8u);
        for (const GroupView& group : groups) {
          ASSERT_EQ(group.file, "rules.yml");
          ASSERT_EQ(group.rules.at(0).query, groups[0].rules.at(0).query);
        }
      }
    });
  }
  for (int version = 1; version <= 300; ++version) load(version);
  done = true;
  for (std::thread& reader : readers) reader.join();
  manager.stop([] {});
  loop.run_ready();
}

}  // namespace
}  // namespace tocsin::rules
