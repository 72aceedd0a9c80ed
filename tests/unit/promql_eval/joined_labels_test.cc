// Labels that group_left, group_right, label_replace and label_join bring: with and without label
// sets being made of them.
#include <gtest/gtest.h>

#include <random>

#include "running.h"

namespace tocsin::promql::test {
namespace {

using base::kMinute;

class JoinedLabels : public ::testing::Test {
 protected:
  JoinedLabels() {
    source_.load(kMinute, "use{pod=\"a\",ns=\"x\"}", "1 1 1");
    source_.load(kMinute, "use{pod=\"b\",ns=\"x\"}", "2 2 2");
    source_.load(kMinute, "use{pod=\"c\",ns=\"y\"}", "4 4 4");
    source_.load(kMinute, "owner{pod=\"a\",team=\"p\",node=\"2\"}", "1 1 1");
    source_.load(kMinute, "owner{pod=\"b\",team=\"q\"}", "1 1 1");
    source_.load(kMinute, "owner{pod=\"c\",team=\"p\",node=\"1\"}", "1 1 1");
  }
  std::string at1(const std::string& text) { return instant(text, source_, kMinute); }
  TableSource source_;
};

TEST_F(JoinedLabels, AreOnTheRows) {
  EXPECT_EQ(at1("use * on (pod) group_left (team, node) owner"),
            "{node=\"1\", ns=\"y\", pod=\"c\", team=\"p\"} 4\n"
            "{node=\"2\", ns=\"x\", pod=\"a\", team=\"p\"} 1\n"
            "{ns=\"x\", pod=\"b\", team=\"q\"} 2\n");
  EXPECT_EQ(at1("owner == on (pod) group_right (team) use"),
            "use{ns=\"x\", pod=\"a\", team=\"p\"} 1\n");
  EXPECT_EQ(at1("use > on (pod) group_left (team) owner"),
            "use{ns=\"x\", pod=\"b\", team=\"q\"} 2\nuse{ns=\"y\", pod=\"c\", team=\"p\"} 4\n");
  EXPECT_EQ(at1("use * on (pod) group_left (nobody, team, team) owner{pod=\"a\"}"),
            "{ns=\"x\", pod=\"a\", team=\"p\"} 1\n");
  EXPECT_EQ(at1("use * on (pod) group_left (nobody) owner{pod=\"a\"}"),
            "{ns=\"x\", pod=\"a\"} 1\n");
  EXPECT_EQ(at1("use > on (pod) group_left (nobody) owner"),
            "use{ns=\"x\", pod=\"b\"} 2\nuse{ns=\"y\", pod=\"c\"} 4\n");
}

TEST_F(JoinedLabels, AreGroupedBy) {
  EXPECT_EQ(at1("sum by (team) (use * on (pod) group_left (team, node) owner)"),
            "{team=\"p\"} 5\n{team=\"q\"} 2\n");
  EXPECT_EQ(at1("sum by (ns, node) (use * on (pod) group_left (team, node) owner)"),
            "{node=\"1\", ns=\"y\"} 4\n{node=\"2\", ns=\"x\"} 1\n{ns=\"x\"} 2\n");
  EXPECT_EQ(at1("sum without (pod, ns) (use * on (pod) group_left (team) owner)"),
            "{team=\"p\"} 5\n{team=\"q\"} 2\n");
  EXPECT_EQ(at1("count by (__name__, team) (use >= on (pod) group_left (team) owner)"),
            "use{team=\"p\"} 2\nuse{team=\"q\"} 1\n");
  EXPECT_EQ(at1("sum by (team, rack) (use * on (pod) group_left (node, team) owner "
                "* on (node) group_left (rack) label_replace(owner{node=\"1\"}, \"rack\", \"r\", "
                "\"\", \"\"))"),
            "{rack=\"r\", team=\"p\"} 4\n");
}

TEST_F(JoinedLabels, ReplaceThoseOfTheManySide) {
  EXPECT_EQ(
      at1("owner * on (pod) group_left (team) label_replace(use, \"team\", \"z\", \"\", \"\")"),
      "{node=\"1\", pod=\"c\", team=\"z\"} 4\n{node=\"2\", pod=\"a\", team=\"z\"} 1\n"
      "{pod=\"b\", team=\"z\"} 2\n");
  source_.load(kMinute, "owner{pod=\"a\",team=\"q\",node=\"2\"}", "1 1 1");
  EXPECT_EQ(at1("owner * on (pod) group_left (team) use"),
            "error: multiple matches for labels: grouping labels must ensure unique matches");
}

TEST_F(JoinedLabels, FollowThePartner) {
  source_.load(kMinute, "owner{pod=\"d\",team=\"p\"}", "1 stale _");
  source_.load(kMinute, "owner{pod=\"d\",team=\"q\"}", "_ 1 1");
  source_.load(kMinute, "use{pod=\"d\",ns=\"y\"}", "8 8 8");
  EXPECT_EQ(range("sum by (team) (use{ns=\"y\"} * on (pod) group_left (team) owner)", source_,
                  {0, 2 * kMinute, kMinute}),
            "{team=\"p\"} 12@0 4@60000 4@120000\n{team=\"q\"} 8@60000 8@120000\n");
}

TEST_F(JoinedLabels, AreComputed) {
  const std::string host = "label_replace(use, \"host\", \"h$1\", \"pod\", \"([ab])\")";
  EXPECT_EQ(at1(host),
            "use{host=\"ha\", ns=\"x\", pod=\"a\"} 1\n"
            "use{host=\"hb\", ns=\"x\", pod=\"b\"} 2\nuse{ns=\"y\", pod=\"c\"} 4\n");
  EXPECT_EQ(at1("sum by (host) (" + host + ")"), "{host=\"ha\"} 1\n{host=\"hb\"} 2\n{} 4\n");
  EXPECT_EQ(at1("sum by (ns) (-" + host + ")"), "{ns=\"x\"} -3\n{ns=\"y\"} -4\n");
  EXPECT_EQ(at1("-" + host + " * on (pod) group_left (team) owner{pod=\"a\"}"),
            "{host=\"ha\", ns=\"x\", pod=\"a\", team=\"p\"} -1\n");
  EXPECT_EQ(at1("label_join(-use, \"id\", \"/\", \"ns\", \"__name__\", \"pod\")"),
            "{id=\"x//a\", ns=\"x\", pod=\"a\"} -1\n{id=\"x//b\", ns=\"x\", pod=\"b\"} -2\n"
            "{id=\"y//c\", ns=\"y\", pod=\"c\"} -4\n");
  EXPECT_EQ(at1("count by (id) (label_join(use, \"id\", \"/\", \"ns\", \"__name__\"))"),
            "{id=\"x/use\"} 2\n{id=\"y/use\"} 1\n");
  EXPECT_EQ(at1("label_replace(use, \"pod\", \"same\", \"\", \"\")"),
            "error: vector cannot contain metrics with the same labelset");
  EXPECT_EQ(at1("label_replace(use, \"new\", \"\", \"pod\", \".*\")"), at1("use"));
}

// Grouping adds in the order of whole label sets, also where it does not see them: label_replace
// makes them, changing nothing.
TEST(JoinedLabelsOrder, IsThatOfWholeLabelSets) {
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    std::mt19937 random(seed);
    TableSource source;
    for (int i = 0; i < 60; ++i) {
      const std::string pod = std::to_string(random() % 1000) + "-" + std::to_string(i);
      const std::string value =
          std::to_string(random() % 1'000'000) + ".1e" + std::to_string(random() % 12);
      const std::string team = seed % 2 == 0 && i % 5 == 0 ? "" : std::to_string(random() % 9);
      source.load(kMinute, "use{pod=\"" + pod + "\",zone=\"" + std::to_string(random() % 3) + "\"}",
                  value);
      source.load(kMinute, "owner{pod=\"" + pod + "\",a=\"" + team + "\",team=\"" + team + "\"}",
                  "1");
    }
    const std::string join = seed < 6 ? "use * on (pod) group_left (a, team) owner"
                                      : "label_replace(use, \"team\", \"$1\", \"pod\", \"(.).*\")";
    const std::string made = "label_replace(" + join + ", \"team\", \"$1\", \"team\", \"(.*)\")";
    for (const char* aggregation : {"sum(", "sum by (zone) (", "avg by (team) (",
                                    "stddev without (pod, zone) (", "sum without (team) ("}) {
      EXPECT_EQ(instant(aggregation + join + ")", source, 0),
                instant(aggregation + made + ")", source, 0))
          << aggregation << " seed " << seed;
    }
  }
}

}  // namespace
}  // namespace tocsin::promql::test
