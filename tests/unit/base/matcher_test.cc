#include "engine/base/matcher.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include "engine/base/regex_shape.h"

namespace tocsin::base {
namespace {

Matcher make(MatchOp op, std::string value) { return *Matcher::make(op, "x", std::move(value)); }

TEST(Matcher, AMissingLabelIsTheEmptyString) {
  const Labels labels = Labels::of({{"y", "1"}});
  EXPECT_TRUE(make(MatchOp::kEqual, "").matches(labels));
  EXPECT_TRUE(make(MatchOp::kNotEqual, "a").matches(labels));
  EXPECT_TRUE(make(MatchOp::kRegex, "a?").matches(labels));
  EXPECT_FALSE(make(MatchOp::kNotRegex, ".*").matches(labels));
}

TEST(Matcher, ABadExpressionIsRefusedWithItsText) {
  const auto result = Matcher::make(MatchOp::kRegex, "x", "a(");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "error parsing regexp: missing ): a( in \"a(\"");
}

TEST(Matcher, PrintsAsInAQuery) {
  EXPECT_EQ(make(MatchOp::kNotRegex, "a\"b").to_string(), "x!~\"a\\\"b\"");
  EXPECT_EQ(Matcher::equal("b.c", "d").to_string(), "\"b.c\"=\"d\"");
}

// The fast paths must never disagree with RE2.
TEST(Regex, FastPathsAgreeWithTheAutomaton) {
  const std::vector<std::string> expressions = {
      "",        "a",     "a|b",      "(a|b)", "(?:ab|c)", "a|",      "|",       "a.*",
      "a.+",     ".*a",   ".+a",      ".*a.*", ".*",       ".+",      "a\\.b",   "a\\.*",
      "a\\|b",   "a\\d",  "(a)|(b)",  "a||b",  "4..",      "5.+|4.*", "\\.*",    "a\\\\.*",
      "(a|b).*", "(?i)a", "(?i:a|b)", "[ab]",  "a{2}",     "^a$",     "a\\-b/c", "a\\/b"};
  const std::vector<std::string> texts = {"",   "a",   "b",   "ab",  "ba",    "a.b", "a\nb",
                                          "aa", "a|b", "axb", "404", "5x",    "a\\", "a\\b",
                                          ".",  "...", "c",   "A",   "a-b/c", "a/b"};
  for (const auto& expression : expressions) {
    const auto regex = Regex::compile(expression);
    ASSERT_TRUE(regex) << expression;
    RE2::Options options;
    options.set_dot_nl(true);
    const RE2 reference(expression, options);
    for (const auto& text : texts) {
      EXPECT_EQ(regex->matches(text), RE2::FullMatch(text, reference))
          << "/" << expression << "/ on '" << text << "'";
    }
  }
}

TEST(Regex, FiniteSetsOfLiteralsAreKnown) {
  EXPECT_EQ(Regex::compile("b|a|b")->literals(), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(Regex::compile("a.*")->literals().empty());
}

TEST(Regex, ExpandsReferencesAsGoDoes) {
  const auto expand = [](std::string_view expression, std::string_view text,
                         std::string_view with) {
    std::string out;
    return Regex::compile(expression)->expand(text, with, out) ? out : std::string("no match");
  };
  EXPECT_EQ(expand("(.*):(.*)", "host:90", "$1-${2}"), "host-90");
  EXPECT_EQ(expand("(.*):(.*)", "host:90", "$1x"), "");  // $1x names group "1x".
  EXPECT_EQ(expand("(?P<h>.*):.*", "host:90", "${h}/$$/$"), "host/$/$");
  EXPECT_EQ(expand("(a)|b", "b", "[$1]"), "[]");
  EXPECT_EQ(expand("a", "b", "x"), "no match");
  EXPECT_EQ(expand("a", "a", "${1"), "${1");
}

TEST(Regex, ALongAlternationNeedsNoAutomatonToMatch) {
  std::string expression;
  for (int i = 0; i < 5000; ++i) expression += "host-" + std::to_string(i) + "|";
  expression += "last";
  const auto regex = Regex::compile(expression);
  ASSERT_TRUE(regex);
  EXPECT_TRUE(regex->matches("host-4999"));
  EXPECT_FALSE(regex->matches("host-5000"));
}

}  // namespace
}  // namespace tocsin::base
