#include <gtest/gtest.h>

#include "engine/config/yaml.h"

namespace tocsin::config {
namespace {

using base::Code;

YamlNode parsed(std::string_view text) {
  auto node = parse_yaml_document(text, "f.yml");
  EXPECT_TRUE(node.ok()) << node.error().to_string();
  return node ? *std::move(node) : YamlNode{};
}

std::string refused(std::string_view text, const YamlLimits& limits = {}) {
  const auto node = parse_yaml_document(text, "f.yml", limits);
  return node ? "accepted" : node.error().to_string();
}

TEST(YamlParser, KeepsOrderKindsAndPositions) {
  const YamlNode root = parsed("a: 1\nb:\n  - x\n  - 'y'\nc: ~\n");
  ASSERT_EQ(root.entries.size(), 3u);
  EXPECT_EQ(root.entries[1].key.where.to_string(), "f.yml:2:1");
  const YamlNode* b = root.find("b");
  ASSERT_NE(b, nullptr);
  ASSERT_TRUE(b->is_sequence());
  EXPECT_EQ(b->items[1].where.to_string(), "f.yml:4:5");
  EXPECT_TRUE(b->items[1].quoted);
  EXPECT_FALSE(b->items[0].quoted);
  EXPECT_TRUE(root.find("c")->is_null());
  EXPECT_EQ(root.find("d"), nullptr);
}

TEST(YamlParser, CountsColumnsInBytes) {
  const YamlNode root = parsed("{\"ä\": x, k: y}\n");
  EXPECT_EQ(root.entries[0].value.where.column, 8u);
  EXPECT_EQ(root.entries[1].key.where.column, 11u);
}

TEST(YamlParser, MarksBlockScalars) {
  const YamlNode root = parsed("expr: |\n  up\n  == 0\nother: \"null\"\n");
  EXPECT_TRUE(root.find("expr")->block);
  EXPECT_EQ(root.find("expr")->scalar, "up\n== 0\n");
  EXPECT_FALSE(root.find("other")->block);
  EXPECT_TRUE(root.find("other")->is_scalar());
}

TEST(YamlParser, SkipsAByteOrderMark) {
  EXPECT_EQ(parsed("\xEF\xBB\xBF"
                   "a: b")
                .find("a")
                ->where.column,
            4u);
}

TEST(YamlParser, EmptyTextIsANullNode) {
  EXPECT_TRUE(parsed("").is_null());
  EXPECT_TRUE(parsed("# only a comment\n").is_null());
  EXPECT_EQ(parsed("").where.to_string(), "f.yml:1:1");
}

TEST(YamlParser, ReadsSeveralDocuments) {
  const auto documents = parse_yaml("a: 1\n---\nb: 2\n---\n", "f.yml");
  ASSERT_TRUE(documents.ok());
  ASSERT_EQ(documents->size(), 3u);
  EXPECT_EQ((*documents)[1].where.line, 3u);
  EXPECT_TRUE((*documents)[2].is_null());
  EXPECT_EQ(refused("a: 1\n---\nb: 2\n"),
            "f.yml:3:1: a second YAML document begins here, but this file may hold only one");
}

TEST(YamlParser, RefusesSyntaxErrorsWithTheirPlace) {
  EXPECT_EQ(refused("a: \"abc\nb: 1\n"),
            "f.yml:3:1: found unexpected end of stream, while scanning a quoted scalar that began "
            "at line 1");
  EXPECT_EQ(refused("a:\n\tb: 1\n"),
            "f.yml:2:1: found character that cannot start any token (a tab: YAML is indented with "
            "spaces), while scanning for the next token");
  EXPECT_EQ(refused("a: [1, 2\nb: 3\n").substr(0, 9), "f.yml:2:2");
  EXPECT_EQ(refused("a: b: c\n"), "f.yml:1:5: mapping values are not allowed in this context");
  EXPECT_EQ(refused("a: \"\xff\"\n"), "f.yml:1:5: invalid leading UTF-8 octet");
}

TEST(YamlParser, RefusesDuplicateKeys) {
  EXPECT_EQ(refused("a: 1\nb: 2\n\"a\": 3\n"),
            "f.yml:3:1: key \"a\" already set in map (at line 1)");
}

TEST(YamlParser, RefusesKeysThatAreNotScalars) {
  EXPECT_EQ(refused("? [a]\n: 1\n"),
            "f.yml:1:3: the key of a mapping must be a plain word or string, not a list");
}

TEST(YamlParser, RefusesForeignTags) {
  EXPECT_EQ(refused("a: !secret x\n"), "f.yml:1:4: the YAML tag !secret is not supported");
  EXPECT_TRUE(parsed("a: !!str 5\n").find("a")->quoted);
}

TEST(YamlParser, ResolvesAliasesAndMergeKeys) {
  const YamlNode root = parsed(
      "base: &b {x: 1, y: 2}\n"
      "more: &m {y: 3, z: 4}\n"
      "one:\n  <<: *b\n  x: 9\n"
      "two:\n  <<: [*b, *m]\n");
  EXPECT_EQ(root.find("one")->find("x")->scalar, "9");
  EXPECT_EQ(root.find("one")->find("y")->scalar, "2");
  EXPECT_EQ(root.find("one")->find("<<"), nullptr);
  EXPECT_EQ(root.find("two")->find("y")->scalar, "2");
  EXPECT_EQ(root.find("two")->find("z")->scalar, "4");
}

TEST(YamlParser, MergesManyMappingsInOneGo) {
  constexpr size_t kMappings = 20'000;  // Minutes, were each looked up among all before it.
  std::string text = "a:\n";
  std::string merged;
  for (size_t i = 0; i < kMappings; ++i) {
    const std::string number = std::to_string(i);
    text += "- &a" + number + " {k" + number + ": v, same: '" + number + "'}\n";
    merged += (i == 0 ? "*a" : ",*a") + number;
  }
  const auto node = parse_yaml_document(text + "b: {k7: own, <<: [" + merged + "]}\n", "f.yml");
  ASSERT_TRUE(node.ok()) << node.error().to_string();
  const YamlNode& b = *node->find("b");
  EXPECT_EQ(b.entries.size(), kMappings + 1);
  EXPECT_EQ(b.find("k7")->scalar, "own");
  EXPECT_EQ(b.find("same")->scalar, "0");
}

TEST(YamlParser, RefusesBadAliasesAndMerges) {
  EXPECT_EQ(refused("a: *x\n"), "f.yml:1:4: unknown anchor 'x' referenced");
  EXPECT_EQ(refused("a: &x\n  - *x\n"), "f.yml:2:5: anchor 'x' value contains itself");
  EXPECT_EQ(refused("<<: 5\n"),
            "f.yml:1:5: map merge requires map or sequence of maps as the value");
}

TEST(YamlParser, BoundsAliasExpansion) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += (k > 0 ? ", " : "") + below;
    bomb += "]\n";
  }
  const auto node = parse_yaml_document(bomb, "f.yml");
  ASSERT_FALSE(node.ok());
  EXPECT_EQ(node.error().code, Code::kLimit);
  EXPECT_NE(node.error().message.find("aliases expand to more than 200000 nodes"),
            std::string::npos);
}

TEST(YamlParser, BoundsDepthNodesAndBytes) {
  EXPECT_EQ(refused(std::string(200'000, '[')), "f.yml:1:101: YAML nested deeper than 100 levels");
  EXPECT_EQ(refused("[a, b, c]", {.nodes_max = 3}),
            "f.yml:1:8: more than 3 YAML nodes in one file");
  EXPECT_EQ(refused("abcdef", {.bytes_max = 5}), "f.yml: larger than 5 bytes; split the file");
}

TEST(ParseYaml, AnEmptyTextIsANullDocument) {
  const auto node = parse_yaml_document(std::string_view(), "x.yml");
  ASSERT_TRUE(node);
  EXPECT_TRUE(node->is_null());
}

}  // namespace
}  // namespace tocsin::config
