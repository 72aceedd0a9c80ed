#include <gtest/gtest.h>

#include "engine/config/yaml.h"

namespace tocsin::config {
namespace {

YamlNode value(std::string_view text) {
  auto node = parse_yaml_document(text, "");
  EXPECT_TRUE(node.ok()) << node.error().to_string();
  return node ? *std::move(node) : YamlNode{};
}

TEST(YamlNode, ReadsBooleansAsGoDoes) {
  for (const char* text : {"true", "True", "yes", "YES", "on", "y"}) {
    ASSERT_TRUE(yaml_bool(value(text)).ok()) << text;
    EXPECT_TRUE(*yaml_bool(value(text))) << text;
  }
  for (const char* text : {"false", "FALSE", "no", "Off", "n", "~", ""}) {
    ASSERT_TRUE(yaml_bool(value(text)).ok()) << text;
    EXPECT_FALSE(*yaml_bool(value(text))) << text;
  }
  EXPECT_EQ(yaml_bool(value("'true'")).error().to_string(),
            "1:1: expected true or false, not \"true\"");
  EXPECT_FALSE(yaml_bool(value("tRue")).ok());
}

TEST(YamlNode, ReadsIntegersInGoBases) {
  EXPECT_EQ(*yaml_int(value("1_000")), 1000);
  EXPECT_EQ(*yaml_int(value("-12")), -12);
  EXPECT_EQ(*yaml_int(value("0x1F")), 31);
  EXPECT_EQ(*yaml_int(value("017")), 15);
  EXPECT_EQ(*yaml_int(value("0b101")), 5);
  EXPECT_EQ(*yaml_int(value("-9223372036854775808")), std::numeric_limits<int64_t>::min());
  for (const char* text : {"9223372036854775808", "1.5", "'5'", "five", "0x", "- 5"}) {
    EXPECT_FALSE(yaml_int(value(text)).ok()) << text;
  }
}

TEST(YamlNode, ReadsFloats) {
  EXPECT_EQ(*yaml_float(value("1.5e3")), 1500.0);
  EXPECT_EQ(*yaml_float(value("-.inf")), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(*yaml_float(value("3")), 3.0);
  EXPECT_FALSE(yaml_float(value("1.5x")).ok());
}

TEST(YamlNode, ReadsSizesWithUnits) {
  EXPECT_EQ(*yaml_size(value("10MB")), 10u << 20);
  EXPECT_EQ(*yaml_size(value("1KiB")), 1024u);
  EXPECT_EQ(*yaml_size(value("1.5KB")), 1536u);
  EXPECT_EQ(*yaml_size(value("1GB512MB")), (1u << 30) + (512u << 20));
  EXPECT_EQ(*yaml_size(value("0")), 0u);
  for (const char* text : {"100", "5 MB", "MB", "5XB", "9999EB", "5mb"}) {
    EXPECT_FALSE(yaml_size(value(text)).ok()) << text;
  }
}

TEST(YamlNode, ReadsDurationsAndStrings) {
  EXPECT_EQ(*yaml_duration(value("1h30m")), 5'400'000);
  EXPECT_EQ(yaml_duration(value("5 minutes")).error().message,
            "unknown unit \" minutes\" in duration \"5 minutes\"");
  EXPECT_EQ(*yaml_string(value("true")), "true");
  EXPECT_EQ(*yaml_string(value("~")), "");
  EXPECT_FALSE(yaml_string(value("[a]")).ok());
  EXPECT_EQ(*yaml_strings(value("[a, 5]")), (std::vector<std::string>{"a", "5"}));
  EXPECT_EQ(*yaml_strings(value("a")), (std::vector<std::string>{"a"}));
}

TEST(NearestWord, FindsTypingErrorsOnly) {
  const std::vector<std::string> known{"scrape_interval", "scrape_timeout", "job_name"};
  EXPECT_EQ(nearest_word("scrape_intervall", known), "scrape_interval");
  EXPECT_EQ(nearest_word("jobName", known), "job_name");
  EXPECT_EQ(nearest_word("scrape-timeuot", known), "scrape_timeout");
  EXPECT_EQ(nearest_word("targets", known), "");
  EXPECT_EQ(nearest_word("", known), "");
}

}  // namespace
}  // namespace tocsin::config
