#include "engine/discovery/target_group_file.h"

#include <gtest/gtest.h>

namespace tocsin::discovery {
namespace {

std::string error_of(const char* text) {
  const auto groups = parse_target_groups(text, "t.yml");
  return groups ? "accepted" : groups.error().to_string();
}

TEST(TargetGroupFile, ReadsYamlAndJson) {
  for (const char* text : {"- targets: [a:1, 'b:2']\n  labels: {x: y}\n- targets: [c]\n",
                           R"([{"targets": ["a:1", "b:2"], "labels": {"x": "y"}},
                               {"targets": ["c"]}])"}) {
    const auto groups = parse_target_groups(text, "t.yml");
    ASSERT_TRUE(groups.ok()) << groups.error().to_string();
    ASSERT_EQ(groups->size(), 2u);
    EXPECT_EQ((*groups)[0].source, "t.yml:0");
    EXPECT_EQ((*groups)[0].labels.to_braces(), R"({__meta_filepath="t.yml", x="y"})");
    EXPECT_EQ((*groups)[0].targets[1].get("__address__"), "b:2");
    EXPECT_EQ((*groups)[1].targets.size(), 1u);
  }
}

TEST(TargetGroupFile, EmptyFileHasNoGroups) {
  EXPECT_TRUE(parse_target_groups("", "t.yml")->empty());
  EXPECT_TRUE(parse_target_groups("[]", "t.json")->empty());
  EXPECT_FALSE(parse_target_groups("", "t.json").ok());
  EXPECT_FALSE(parse_target_groups(" \n", "t.json").ok());
}

TEST(TargetGroupFile, RefusesWithThePlace) {
  EXPECT_EQ(error_of("a: b\n"), "t.yml:1:1: expected a list of target groups, not a mapping");
  EXPECT_EQ(error_of("- target: [a]\n"),
            "t.yml:1:3: unknown key \"target\" in target group; did you mean \"targets\"?");
  EXPECT_EQ(error_of("- ~\n"), "t.yml:1:3: a target group is empty");
  EXPECT_EQ(error_of("- labels: [a]\n"), "t.yml:1:11: labels must be a mapping, not a list");
  EXPECT_NE(error_of("- targets: [a\n"), "accepted");
}

}  // namespace
}  // namespace tocsin::discovery
