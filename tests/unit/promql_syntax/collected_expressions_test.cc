// Expressions collected from upstream's own parser and printer tests, when they lie beside the
// checkout.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "promql/syntax/parser.h"
#include "promql/syntax/printer.h"
#include "tests/support/source_dir.h"

namespace tocsin::promql {
namespace {

using nlohmann::json;

std::filesystem::path collection() {
  return std::filesystem::path(tocsin::testing::source_dir()) / "../shared/corpus/promql-parse";
}

json read(const std::string& file) {
  std::ifstream in(collection() / file);
  return json::parse(in);
}

// Two inputs were cut at a back quote when they were collected; they are no expressions any more.
bool is_cut_off(const std::string& input) { return input == "`" || input == "{'foo\\'bar', "; }

// JSON cannot hold the lone byte FF; the collection has U+00FF in its place.
std::string with_raw_byte(std::string text) {
  for (size_t at; (at = text.find("\xC3\xBF")) != std::string::npos;) text.replace(at, 2, "\xFF");
  return text;
}

std::string render(const std::vector<ParseIssue>& issues) {
  std::string out;
  for (const auto& issue : issues) {
    out += std::to_string(issue.pos.start) + "-" + std::to_string(issue.pos.end) + " " +
           issue.message + "\n";
  }
  return out;
}

// The collection lost later issues whose range upstream wrote down without its start, 0.
std::vector<ParseIssue> without_lost(std::vector<ParseIssue> issues, size_t keep) {
  for (size_t i = issues.size(); i-- > 1 && issues.size() > keep;) {
    if (issues[i].pos.start == 0) issues.erase(issues.begin() + static_cast<long>(i));
  }
  return issues;
}

std::vector<ParseIssue> expected_issues(const json& entry) {
  std::vector<ParseIssue> issues;
  for (const auto& error : entry["errors"]) {
    issues.push_back({{error["start"], error["end"]}, error["error"]});
  }
  return issues;
}

class CollectedExpressions : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(collection())) GTEST_SKIP() << "no collection beside the checkout";
  }
};

TEST_F(CollectedExpressions, ParseOrFailAsUpstreamDoes) {
  size_t seen = 0;
  const json entries = read("expressions.json");
  for (const auto& entry : entries) {
    const std::string input = entry["input"];
    ++seen;
    if (!entry["fail"]) {
      const auto result = parse(input, Features::all());
      EXPECT_EQ(result.has_value(), !is_cut_off(input)) << input;
      continue;
    }
    const auto result = parse(with_raw_byte(input), Features::all());
    ASSERT_FALSE(result.has_value()) << input;
    if (entry["errors"].empty()) continue;
    const auto expected = expected_issues(entry);
    EXPECT_EQ(render(without_lost(result.error().issues, expected.size())), render(expected))
        << input;
  }
  EXPECT_EQ(seen, 344u);
}

TEST_F(CollectedExpressions, PrintCanonically) {
  size_t seen = 0;
  const json pairs = read("format.json")["canonical"];
  for (const auto& entry : pairs) {
    ++seen;
    const auto result = parse(entry["in"].get<std::string>(), Features::all());
    ASSERT_TRUE(result.has_value()) << entry["in"] << render(result.error().issues);
    EXPECT_EQ(print(**result), entry["out"]);
    const auto again = parse(print(**result), Features::all());
    ASSERT_TRUE(again.has_value()) << entry["out"];
    EXPECT_EQ(print(**again), entry["out"]);
  }
  EXPECT_EQ(seen, 86u);
}

TEST_F(CollectedExpressions, PrintIndented) {
  size_t seen = 0;
  const json pairs = read("format.json")["pretty"];
  for (const auto& entry : pairs) {
    ++seen;
    const auto result = parse(entry["in"].get<std::string>(), Features::all());
    ASSERT_TRUE(result.has_value()) << entry["in"];
    EXPECT_EQ(pretty_print(**result, entry["width"]), entry["out"]);
  }
  EXPECT_EQ(seen, 62u);
}

}  // namespace
}  // namespace tocsin::promql
