#include <gtest/gtest.h>

#include <array>

#include "engine/config/yaml.h"

namespace tocsin::config {
namespace {

struct Sample {
  std::string name = "default";
  bool flag = true;
  int64_t count = 7;
  double ratio = 0.5;
  int64_t wait_ms = 10'000;
  uint64_t bytes = 0;
  std::vector<std::string> words;
  std::vector<std::pair<std::string, std::string>> labels;
};

constexpr std::array<std::string_view, 2> kLater{"oauth2", "sigv4"};

base::Status read(std::string_view text, Sample& out) {
  ASSIGN_OR_RETURN(const YamlNode node, parse_yaml_document(text, "f.yml"));
  YamlFields fields(node, "sample");
  fields.string("name", out.name).required();
  fields.boolean("flag", out.flag).integer("count", out.count).number("ratio", out.ratio);
  fields.duration("wait", out.wait_ms).size("bytes", out.bytes).strings("words", out.words);
  fields.string_map("labels", out.labels).unsupported(kLater, "use basic_auth");
  return fields.finish();
}

std::string error_of(std::string_view text) {
  Sample out;
  return read(text, out).to_string();
}

TEST(YamlFields, ReadsEveryType) {
  Sample out;
  ASSERT_TRUE(read("name: n\nflag: no\ncount: 3\nratio: 2.5\nwait: 1m\nbytes: 1KB\n"
                   "words: [a]\nlabels: {x: 1, y: ~}\n",
                   out)
                  .ok());
  EXPECT_EQ(out.name, "n");
  EXPECT_FALSE(out.flag);
  EXPECT_EQ(out.count, 3);
  EXPECT_EQ(out.ratio, 2.5);
  EXPECT_EQ(out.wait_ms, 60'000);
  EXPECT_EQ(out.bytes, 1024u);
  EXPECT_EQ(out.words, std::vector<std::string>{"a"});
  ASSERT_EQ(out.labels.size(), 2u);
  EXPECT_EQ(out.labels[0].second, "1");
  EXPECT_EQ(out.labels[1].second, "");
}

TEST(YamlFields, KeepsDefaults) {
  Sample out;
  ASSERT_TRUE(read("{name: n, wait: ~}", out).ok());
  EXPECT_TRUE(out.flag);
  EXPECT_EQ(out.wait_ms, 10'000);
}

TEST(YamlFields, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(error_of("flag: true\n"), "f.yml:1:1: sample needs the key \"name\"");
  EXPECT_EQ(error_of("name: n\ncuont: 3\n"),
            "f.yml:2:1: unknown key \"cuont\" in sample; did you mean \"count\"?");
  EXPECT_EQ(error_of("name: n\nelephant: 3\n"), "f.yml:2:1: unknown key \"elephant\" in sample");
  EXPECT_EQ(error_of("name: n\ncount: x\n"),
            "f.yml:2:8: count: expected a whole number, not \"x\"");
  EXPECT_EQ(error_of("name: n\nsigv4: {}\n"),
            "f.yml:2:1: \"sigv4\" in sample is not supported: use basic_auth");
  EXPECT_EQ(error_of("[a]"), "f.yml:1:1: sample must be a mapping, not a list");
  EXPECT_EQ(error_of("name: n\nlabels: [a]\n"), "f.yml:2:9: labels must be a mapping, not a list");
}

}  // namespace
}  // namespace tocsin::config
