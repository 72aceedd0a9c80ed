#include <gtest/gtest.h>

#include "notifiers/matcher_parse.h"

namespace tocsin::notifiers {
namespace {

struct Case {
  const char* text;
  const char* expected;  ///< The matchers printed, or the error.
};

std::string outcome(const char* text, MatcherMode mode) {
  const auto parsed = parse_matchers(text, mode);
  return parsed ? matchers_text(parsed->matchers) : parsed.error().message;
}

TEST(Utf8Matchers, ReadWhatTheGrammarAllows) {
  for (const Case& c : {
           Case{"", "{}"},
           Case{"{}", "{}"},
           Case{"foo=bar", R"({foo="bar"})"},
           Case{"{foo=bar}", R"({foo="bar"})"},
           Case{" { foo = bar , } ", R"({foo="bar"})"},
           Case{R"(foo!="b\"ar",baz=~"a|b",x!~y)", R"({foo!="b\"ar",baz=~"a|b",x!~"y"})"},
           Case{R"("fo o"="b\tar")", R"({"fo o"="b\tar"})"},
           Case{"Σ=🙂", R"({Σ="🙂"})"},
           Case{R"(foo="\u00e9\x41\101")", R"({foo="éAA"})"},
           Case{R"(foo="")", R"({foo=""})"},
       }) {
    EXPECT_EQ(outcome(c.text, MatcherMode::kUtf8Strict), c.expected) << c.text;
  }
}

TEST(Utf8Matchers, RefuseWithColumns) {
  for (const Case& c : {
           Case{",", "0:1: unexpected ,: expected label name"},
           Case{"{foo=bar", "0:8: end of input: expected close brace"},
           Case{"foo=bar}", "0:8: }: expected opening brace"},
           Case{R"(foo="bar"baz)", R"(9:12: unexpected baz: expected a comma or close brace)"},
           Case{"foo=", "end of input: expected label value"},
           Case{"foo", "end of input: expected an operator such as '=', '!=', '=~' or '!~'"},
           Case{"foo=bar,,", "8:9: unexpected ,: expected a matcher or close brace after comma"},
           Case{R"(foo="\d")", R"(4:8: "\d": invalid input)"},
           Case{R"(foo="bar)", R"(4:8: "bar: missing end ": expected label value)"},
           Case{"foo!bar",
                "3:4: !: expected one of '=~': expected an operator such as '=', '!=', "
                "'=~' or '!~'"},
           Case{"{foo=bar}x", "9:10: x: expected end of input"},
           Case{"foo=~(", "failed to create matcher: "},
       }) {
    const std::string got = outcome(c.text, MatcherMode::kUtf8Strict);
    EXPECT_EQ(got.substr(0, std::string(c.expected).size()), c.expected) << c.text;
  }
}

TEST(ClassicMatchers, ReadWhatTheGrammarAllows) {
  for (const Case& c : {
           Case{"{foo=bar,}", R"({foo="bar"})"},
           Case{"foo=", R"({foo=""})"},
           Case{R"(foo=~"a,b", c = d e )", R"({foo=~"a,b",c="d e"})"},
           Case{R"(foo="a\nb\d\"")", "{foo=\"a\\nb\\\\d\\\"\"}"},
           Case{"foo:bar=x", R"({foo:bar="x"})"},
       }) {
    EXPECT_EQ(outcome(c.text, MatcherMode::kClassic), c.expected) << c.text;
  }
}

TEST(ClassicMatchers, RefuseWithTheText) {
  for (const Case& c : {
           Case{"foo", "bad matcher format: foo"},
           Case{"1a=b", "bad matcher format: 1a=b"},
           Case{R"(foo=ba"r)", R"(matcher value contains unescaped double quote: ba"r)"},
           Case{R"(foo="bar)", R"(matcher value contains unescaped double quote: "bar)"},
       }) {
    EXPECT_EQ(outcome(c.text, MatcherMode::kClassic), c.expected) << c.text;
  }
}

TEST(FallbackMatchers, PreferTheClassicReadingWhereTheTwoDiffer) {
  const auto disagreement = parse_matchers(R"(foo="\x41")");
  ASSERT_TRUE(disagreement.ok());
  EXPECT_EQ(disagreement->matchers.front().value(), R"(\x41)");
  EXPECT_NE(disagreement->warning, "");

  const auto only_classic = parse_matchers("foo=a b");
  ASSERT_TRUE(only_classic.ok());
  EXPECT_EQ(only_classic->matchers.front().value(), "a b");
  EXPECT_NE(only_classic->warning, "");

  const auto only_utf8 = parse_matchers("Σ=x");
  ASSERT_TRUE(only_utf8.ok());
  EXPECT_EQ(only_utf8->warning, "");

  const auto neither = parse_matchers("foo");
  ASSERT_FALSE(neither.ok());
  EXPECT_EQ(neither.error().message, "bad matcher format: foo");
}

TEST(SingleMatcher, RefusesBracesAndLists) {
  EXPECT_TRUE(parse_matcher("foo=bar").ok());
  EXPECT_EQ(parse_matcher("{foo=bar}").error().message,
            "unexpected open or close brace: {foo=bar}");
  EXPECT_EQ(parse_matcher("", MatcherMode::kUtf8Strict).error().message, "no matchers");
  EXPECT_EQ(parse_matcher("a=b,c=d", MatcherMode::kUtf8Strict).error().message,
            "expected 1 matcher, found 2");
}

TEST(Matchers, SortByNameValueAndOperator) {
  auto parsed = parse_matchers("b=x,a=~y,a=y,a=x");
  ASSERT_TRUE(parsed.ok());
  sort_matchers(parsed->matchers);
  EXPECT_EQ(matchers_text(parsed->matchers), R"({a="x",a="y",a=~"y",b="x"})");
}

}  // namespace
}  // namespace tocsin::notifiers
