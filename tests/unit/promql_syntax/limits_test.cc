// Hostile input ends in an error, never in a full stack.
#include <gtest/gtest.h>

#include <string>

#include "promql/syntax/parser.h"
#include "promql/syntax/printer.h"

namespace tocsin::promql {
namespace {

constexpr size_t kMegabyte = 1u << 20;

std::string repeat(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string first_issue(const std::string& text) {
  const auto result = parse(text, Features::all());
  return result ? "parsed" : result.error().issues.front().message;
}

constexpr std::string_view kTooDeep = "query is nested too deeply: more than 250 levels";
constexpr std::string_view kTooLong = "query has too long a chain of operators: more than 1000";

TEST(ParseLimits, MegabyteOfParentheses) {
  EXPECT_EQ(first_issue(std::string(kMegabyte, '(')), kTooDeep);
}

TEST(ParseLimits, MegabyteOfSigns) {
  EXPECT_EQ(first_issue(std::string(kMegabyte, '-')), kTooDeep);
}

TEST(ParseLimits, NestedCallsAndAggregations) {
  EXPECT_EQ(first_issue(repeat("abs(", 10000)), kTooDeep);
  EXPECT_EQ(first_issue(repeat("sum(", 10000)), kTooDeep);
  EXPECT_EQ(first_issue(repeat("2^", 10000) + "2"), kTooDeep);
}

TEST(ParseLimits, NestedDurations) {
  EXPECT_EQ(first_issue("x[" + repeat("(", 10000)), kTooDeep);
  EXPECT_EQ(first_issue("x[" + repeat("-", 10000)), kTooDeep);
  EXPECT_EQ(first_issue("x[1" + repeat("+1", 10000) + "]"), kTooLong);
}

TEST(ParseLimits, ChainsOfOperatorsAndSubqueries) {
  EXPECT_EQ(first_issue("1" + repeat("+1", 100000)), kTooLong);
  EXPECT_EQ(first_issue("x" + repeat("[5m:]", 100000)), kTooLong);
}

TEST(ParseLimits, ReasonableNestingPasses) {
  EXPECT_EQ(first_issue(repeat("(", 200) + "1" + repeat(")", 200)), "parsed");
  EXPECT_EQ(first_issue("x" + repeat(" or x", 900)), "parsed");
}

TEST(ParseLimits, TooManyBytes) {
  EXPECT_EQ(first_issue(std::string(kMegabyte + 1, ' ')),
            "query is too long: 1048577 bytes, at most 1048576 are allowed");
}

TEST(ParseLimits, LongFlatListsAreFine) {
  EXPECT_EQ(first_issue("sum by (" + repeat("a,", 100000) + ") (x)"), "parsed");
  EXPECT_EQ(first_issue("x{" + repeat("a=\"b\",", 10000) + "}"), "parsed");
}

TEST(ParseLimits, DeepTreesPrint) {
  const auto result = parse("x" + repeat(" or x", 900));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(print(**result).size(), 1 + 900 * 5u);
}

}  // namespace
}  // namespace tocsin::promql
