#include "rules/recording_rule.h"

#include <gtest/gtest.h>

#include "tests/unit/rules/fakes.h"

namespace tocsin::rules {
namespace {

using base::kSecond;
using base::Labels;
using base::TimestampMs;

class RecordingRuleTest : public ::testing::Test {
 protected:
  std::unique_ptr<RecordingRule> make(const std::string& labels = "{}", int64_t limit = 0) {
    const RuleSpec spec =
        rule_of("groups: [{name: g, rules: [{record: r, expr: up, labels: " + labels + "}]}]");
    return std::make_unique<RecordingRule>(spec, spec.labels,
                                           RuleQuery(std::make_unique<FakeQuery>(script)),
                                           world.store.open_stream(""), limit);
  }
  std::string pass(RecordingRule& rule, TimestampMs seconds) {
    const RulePass at{seconds * kSecond, seconds * kSecond, 30 * kSecond};
    std::vector<base::Alert> due;
    const base::Status status = rule.evaluate(at, due);
    if (!status.ok()) return status.error().message;
    const auto written = rule.write(at);
    return written.ok() ? std::to_string(written->samples) : written.error().message;
  }
  std::string series(std::initializer_list<base::LabelView> labels) {
    return world.store.show(Labels::of(labels).with("__name__", "r"));
  }
  World world;
  std::shared_ptr<FakeQuery::Script> script = std::make_shared<FakeQuery::Script>();
};

TEST_F(RecordingRuleTest, RenamesOverlaysAndDrops) {
  const auto rule = make("{add: x, instance: ''}");
  script->rows = {Labels::of({{"__name__", "up"}, {"instance", "a"}, {"add", "theirs"}})};
  script->values = {{0, 3}};
  EXPECT_EQ(pass(*rule, 10), "1");
  EXPECT_EQ(series({{"add", "x"}}), "10:3");
}

TEST_F(RecordingRuleTest, MarksWhatIsGoneAsStale) {
  const auto rule = make();
  script->rows = {Labels::of({{"i", "a"}}), Labels::of({{"i", "b"}})};
  script->values = {{0, 1}, {1, 2}};
  EXPECT_EQ(pass(*rule, 10), "2");
  script->values = {{1, 3}};
  EXPECT_EQ(pass(*rule, 20), "1");
  script->values.clear();
  EXPECT_EQ(pass(*rule, 30), "0");
  EXPECT_EQ(pass(*rule, 40), "0");
  script->values = {{0, 4}};
  EXPECT_EQ(pass(*rule, 50), "1");
  EXPECT_EQ(series({{"i", "a"}}), "10:1 20:stale 50:4");
  EXPECT_EQ(series({{"i", "b"}}), "10:2 20:3 30:stale");
  EXPECT_EQ(world.store.commits(), 4u);
}

TEST_F(RecordingRuleTest, AChangeOfRowsKeepsSeriesAndEndsOthers) {
  const auto rule = make();
  script->rows = {Labels::of({{"i", "a"}}), Labels::of({{"i", "b"}})};
  script->values = {{0, 1}, {1, 2}};
  EXPECT_EQ(pass(*rule, 10), "2");
  script->rows = {Labels::of({{"i", "c"}}), Labels::of({{"i", "b"}})};
  script->schema_id = 2;
  EXPECT_EQ(pass(*rule, 20), "2");
  EXPECT_EQ(series({{"i", "a"}}), "10:1 20:stale");
  EXPECT_EQ(series({{"i", "b"}}), "10:2 20:2");
  EXPECT_EQ(series({{"i", "c"}}), "20:1");
}

TEST_F(RecordingRuleTest, CollisionsAndLimitsFailAndWriteNothing) {
  const auto rule = make("{i: ''}", 1);
  script->rows = {Labels::of({{"i", "a"}}), Labels::of({{"i", "b"}}), Labels::of({{"j", "c"}})};
  script->values = {{0, 1}};
  EXPECT_EQ(pass(*rule, 10), "1");
  script->values = {{0, 1}, {1, 2}};
  EXPECT_EQ(pass(*rule, 20),
            "vector contains metrics with the same labelset after applying rule labels");
  script->values = {{0, 1}, {2, 2}};
  EXPECT_EQ(pass(*rule, 30), "exceeded limit of 1 with 2 series");
  script->values = {{1, 5}};
  EXPECT_EQ(pass(*rule, 40), "1");
  EXPECT_EQ(series({}), "10:1 40:5");  // Not stale in between.
}

TEST_F(RecordingRuleTest, AFailureLeavesTheSeriesAlone) {
  const auto rule = make();
  script->rows = {Labels()};
  script->values = {{0, 1}};
  EXPECT_EQ(pass(*rule, 10), "1");
  script->error = "no luck";
  EXPECT_EQ(pass(*rule, 20), "no luck");
  script->error.clear();
  EXPECT_EQ(pass(*rule, 30), "1");
  EXPECT_EQ(series({}), "10:1 30:1");
}

TEST_F(RecordingRuleTest, AdoptedSeriesEndWhenTheNewExpressionLacksThem) {
  const auto old_rule = make();
  script->rows = {Labels::of({{"i", "a"}}), Labels::of({{"i", "b"}})};
  script->values = {{0, 1}, {1, 2}};
  EXPECT_EQ(pass(*old_rule, 10), "2");
  script = std::make_shared<FakeQuery::Script>();
  script->rows = {Labels::of({{"i", "b"}})};
  script->values = {{0, 7}};
  const auto new_rule = make();
  new_rule->adopt(*old_rule);
  EXPECT_EQ(pass(*new_rule, 20), "1");
  EXPECT_EQ(series({{"i", "a"}}), "10:1 20:stale");
  EXPECT_EQ(series({{"i", "b"}}), "10:2 20:7");
}

TEST_F(RecordingRuleTest, ATimeTwiceIsAnError) {
  const auto rule = make();
  script->rows = {Labels()};
  script->values = {{0, 1}};
  EXPECT_EQ(pass(*rule, 10), "1");
  EXPECT_EQ(pass(*rule, 10), "out of order column");
}

}  // namespace
}  // namespace tocsin::rules
