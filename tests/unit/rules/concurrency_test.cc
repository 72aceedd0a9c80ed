// Readers look at a rule while it is evaluated; meant for the thread sanitizer, too.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "engine/base/number.h"
#include "rules/alerting_rule.h"
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
      {RuleQuery(std::make_unique<FakeQuery>(script)), world.store.open_stream(""),
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

}  // namespace
}  // namespace tocsin::rules
