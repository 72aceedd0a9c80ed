// Alerts that start between two slots, when a scrape shows them.
#include <gtest/gtest.h>

#include "rules/manager.h"
#include "tests/unit/rules/fakes.h"

namespace tocsin::rules {
namespace {

using base::kSecond;
using base::Labels;
using base::TimestampMs;

constexpr base::DurationMs kInterval = 30 * kSecond;

class EarlyTest : public ::testing::Test {
 protected:
  EarlyTest() { world.clock.set(600 * kSecond); }
  ~EarlyTest() override {
    manager->stop([] {});
    loop.run_ready();
  }

  void start(const std::string& rule, const RuleSettings& settings = {}, RuleFlags flags = {}) {
    manager = std::make_unique<Manager>(loop, executor, world.services, flags);
    const std::string text = "groups: [{name: g, interval: 30s, rules: [" + rule + "]}]";
    for (const base::Error& error :
         manager->apply({{"rules.yml", groups_of(text, "rules.yml")}}, settings)) {
      ADD_FAILURE() << error.to_string();
    }
    manager->start();
    phase = hashed_phase("rules.yml", "g", kInterval);
    // Until 10 s after a slot, and the pace of the scrapes is known.
    loop.run_until(slot_at(world.clock.now(), kInterval, phase) + kInterval + 10 * kSecond);
    for (int i = 0; i < 4; ++i) {
      loop.run_for(kInterval);
      scrape(1);
    }
  }
  void scrape(double v) {
    world.store.add(up, world.clock.now(), v);
    manager->on_commit(FakeStore::kScrapeWriter);
    loop.run_ready();
  }
  TimestampMs last_slot() const { return slot_at(world.clock.now(), kInterval, phase); }
  std::string alerts_series() const {
    return world.store.show(Labels::of({{"__name__", "ALERTS"},
                                        {"alertname", "Down"},
                                        {"alertstate", "firing"},
                                        {"instance", "a"}}));
  }
  static std::string at(TimestampMs t, const std::string& v) {
    return std::to_string(t / kSecond) + ":" + v;
  }

  const Labels up = Labels::of({{"__name__", "up"}, {"instance", "a"}});
  World world;
  testing::FakeLoop loop{world.clock};
  base::InlineExecutor executor;
  std::unique_ptr<Manager> manager;
  base::DurationMs phase = 0;
};

const std::string kDown = "{alert: Down, expr: up == 0}";

TEST_F(EarlyTest, AnAlertStartsWithTheScrapeThatShowsIt) {
  start(kDown);
  loop.run_for(kInterval);
  scrape(0);
  const TimestampMs scraped = world.clock.now();
  ASSERT_EQ(world.alerts.sent.size(), 1u);
  EXPECT_EQ(world.alerts.sent[0].starts_at, scraped);
  ASSERT_EQ(manager->alerts().size(), 1u);
  EXPECT_EQ(manager->alerts()[0].active_at, scraped);
  // The next slot finds it firing and has nothing to say.
  loop.run_for(25 * kSecond);
  EXPECT_GT(last_slot(), scraped);
  EXPECT_EQ(world.alerts.sent.size(), 1u);
  EXPECT_EQ(manager->alerts().at(0).active_at, scraped);
  EXPECT_EQ(manager->groups().at(0).rules.at(0).health, RuleHealth::kOk);
}

TEST_F(EarlyTest, ItsSeriesBeginThen) {
  start(kDown);
  loop.run_for(kInterval);
  scrape(0);
  const std::string early = at(world.clock.now(), "1");
  EXPECT_EQ(alerts_series(), early);
  loop.run_for(25 * kSecond);
  EXPECT_EQ(alerts_series(), early + " " + at(last_slot(), "1"));
}

TEST_F(EarlyTest, OnlySlotsResolve) {
  start(kDown);
  loop.run_for(kInterval);
  scrape(0);
  loop.run_for(kInterval);
  scrape(1);
  EXPECT_EQ(world.alerts.take().size(), 1u);
  EXPECT_EQ(manager->alerts().size(), 1u);
  loop.run_for(25 * kSecond);
  ASSERT_EQ(world.alerts.sent.size(), 1u);
  EXPECT_EQ(world.alerts.sent[0].ends_at, last_slot());
  // And it can start again before the next.
  loop.run_for(5 * kSecond);
  scrape(0);
  ASSERT_EQ(world.alerts.sent.size(), 2u);
  EXPECT_EQ(world.alerts.sent[1].starts_at, world.clock.now());
}

TEST_F(EarlyTest, RulesThatHoldWaitForTheirSlots) {
  start("{alert: Down, expr: up == 0, for: 1m}");
  loop.run_for(kInterval);
  scrape(0);
  EXPECT_TRUE(manager->alerts().empty());
  EXPECT_EQ(world.metric("tocsin_rule_early_evaluations_total"),
            "tocsin_rule_early_evaluations_total{rule_group=\"rules.yml;g\"} 0");
}

TEST_F(EarlyTest, RulesOverManyTargetsWaitForTheirSlots) {
  start("{alert: Down, expr: sum(up) == 0}");
  loop.run_for(kInterval);
  scrape(0);
  EXPECT_TRUE(manager->alerts().empty());
  loop.run_for(25 * kSecond);
  EXPECT_EQ(manager->alerts().size(), 1u);
}

TEST_F(EarlyTest, GroupsThatLookAtThePastWaitForTheirSlots) {
  start(kDown, {.evaluation_interval = base::kMinute, .query_offset = kSecond});
  loop.run_for(kInterval);
  scrape(0);
  EXPECT_TRUE(manager->alerts().empty());
}

TEST_F(EarlyTest, CanBeTurnedOff) {
  start(kDown, {}, {.resend_delay = base::kMinute, .early_evaluation = false});
  loop.run_for(kInterval);
  scrape(0);
  EXPECT_TRUE(manager->alerts().empty());
  loop.run_for(25 * kSecond);
  EXPECT_EQ(manager->alerts().at(0).active_at, last_slot());
}

TEST_F(EarlyTest, ABreachedLimitIsLeftToTheSlot) {
  const std::string text =
      "groups: [{name: g, interval: 30s, limit: 1, rules: [{alert: Down, expr: up == 0}]}]";
  const Labels other = Labels::of({{"__name__", "up"}, {"instance", "b"}});
  start(kDown);
  EXPECT_TRUE(manager->apply({{"rules.yml", groups_of(text, "rules.yml")}}, {}).empty());
  loop.run_for(4 * kInterval);
  world.store.add(up, world.clock.now(), 0);
  world.store.add(other, world.clock.now(), 0);
  manager->on_commit(FakeStore::kScrapeWriter);
  loop.run_ready();
  EXPECT_TRUE(world.alerts.sent.empty());
  loop.run_for(25 * kSecond);
  EXPECT_EQ(manager->groups().at(0).rules.at(0).health, RuleHealth::kErr);
}

TEST_F(EarlyTest, SlotsOfOtherRulesFollowTheScrapes) {
  start("{record: up_now, expr: count(up == 1)}");  // Four scrapes, 10 s after the slots.
  const std::string text =
      "groups: [{name: g, interval: 30s, rules: [{record: down, expr: count(up == 0)}]}]";
  EXPECT_TRUE(manager->apply({{"rules.yml", groups_of(text, "rules.yml")}}, {}).empty());
  std::vector<TimestampMs> scraped;
  for (int i = 0; i < 4; ++i) {
    loop.run_for(kInterval);
    scrape(0);
    scraped.push_back(world.clock.now());
  }
  loop.run_for(kSecond);
  const Labels recorded = Labels::of({{"__name__", "down"}});
  const auto& samples = world.store.series().at(recorded);
  // Less than a second after the last scrape, where the hash would have had it wait for 20.
  EXPECT_GT(samples.rbegin()->first, scraped.back());
  EXPECT_LT(samples.rbegin()->first, scraped.back() + kSecond);
  EXPECT_EQ(world.metric("prometheus_rule_group_iterations_missed_total"),
            "prometheus_rule_group_iterations_missed_total{rule_group=\"rules.yml;g\"} 0");
}

TEST_F(EarlyTest, SlotsStayWhereEarlyEvaluationIsOff) {
  start("{record: down, expr: count(up == 0)}", {},
        {.resend_delay = base::kMinute, .early_evaluation = false});
  for (int i = 0; i < 3; ++i) {
    loop.run_for(kInterval);
    scrape(0);
  }
  const Labels recorded = Labels::of({{"__name__", "down"}});
  for (const auto& [t, v] : world.store.series().at(recorded)) {
    EXPECT_EQ((t - phase) % kInterval, 0);
  }
}

}  // namespace
}  // namespace tocsin::rules
