#include "engine/base/relabel.h"

#include <gtest/gtest.h>

namespace tocsin::base {
namespace {

RelabelRule rule(RelabelAction action, std::vector<std::string> sources,
                 std::string_view regex = "(.*)") {
  RelabelRule out;
  out.action = action;
  out.source_labels = std::move(sources);
  out.regex = *Regex::compile(regex);
  return out;
}

std::string apply(const RelabelRule& rule, const Labels& labels) {
  LabelsBuilder builder(labels);
  return relabel({&rule, 1}, builder) ? builder.build().to_braces() : "dropped";
}

const Labels kLabels = Labels::of({{"a", "foo"}, {"b", "bar"}, {"__meta_pod_x", "y"}});

TEST(Relabel, ReplaceJoinsSourcesAndExpands) {
  RelabelRule r = rule(RelabelAction::kReplace, {"a", "b"}, "f(.*);(.*)r");
  r.target_label = "d";
  r.replacement = "ch${1}-${2}";
  EXPECT_EQ(apply(r, kLabels), R"({__meta_pod_x="y", a="foo", b="bar", d="choo-ba"})");
  r.regex = *Regex::compile("nothing");
  EXPECT_EQ(apply(r, kLabels), kLabels.to_braces());
  r = rule(RelabelAction::kReplace, {"a"});
  r.target_label = "b";
  r.replacement = "";
  EXPECT_EQ(apply(r, kLabels), R"({__meta_pod_x="y", a="foo"})");
}

TEST(Relabel, KeepAndDrop) {
  EXPECT_EQ(apply(rule(RelabelAction::kKeep, {"a"}, "fo+"), kLabels), kLabels.to_braces());
  EXPECT_EQ(apply(rule(RelabelAction::kKeep, {"a"}, "o+"), kLabels), "dropped");
  EXPECT_EQ(apply(rule(RelabelAction::kDrop, {"missing"}, ""), kLabels), "dropped");
  RelabelRule equal = rule(RelabelAction::kKeepEqual, {"a"});
  equal.target_label = "b";
  EXPECT_EQ(apply(equal, kLabels), "dropped");
  equal.action = RelabelAction::kDropEqual;
  EXPECT_EQ(apply(equal, kLabels), kLabels.to_braces());
}

TEST(Relabel, LabelActions) {
  RelabelRule map = rule(RelabelAction::kLabelMap, {}, "__meta_pod_(.+)");
  EXPECT_EQ(apply(map, kLabels), R"({__meta_pod_x="y", a="foo", b="bar", x="y"})");
  EXPECT_EQ(apply(rule(RelabelAction::kLabelDrop, {}, "__meta_.*"), kLabels),
            R"({a="foo", b="bar"})");
  EXPECT_EQ(apply(rule(RelabelAction::kLabelKeep, {}, "a"), kLabels), R"({a="foo"})");
}

TEST(Relabel, HashModAndCase) {
  RelabelRule r = rule(RelabelAction::kHashMod, {"c"});
  r.target_label = "d";
  r.modulus = 1000;
  // MD5("baz") = 73feffa4b7f6bb68e44cf984c85f6e88: its last eight bytes modulo 1000.
  EXPECT_EQ(apply(r, Labels::of({{"c", "baz"}})), R"({c="baz", d="976"})");
  r = rule(RelabelAction::kUppercase, {"c"});
  r.target_label = "c";
  EXPECT_EQ(apply(r, Labels::of({{"c", "baz"}})), R"({c="BAZ"})");
}

}  // namespace
}  // namespace tocsin::base
