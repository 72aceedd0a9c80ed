// What users read when a query is wrong: the first issue, with line and column.
#include <gtest/gtest.h>

#include <string>

#include "promql/syntax/parser.h"

namespace tocsin::promql {
namespace {

struct ErrorCase {
  const char* text;
  const char* error;
};

class ParserErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(ParserErrors, SayWhatAndWhere) {
  const auto result = parse(GetParam().text, Features::all());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(describe(result.error(), GetParam().text), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, ParserErrors,
    testing::Values(
        ErrorCase{"", "unknown position: parse error: no expression found in input"},
        ErrorCase{"# nothing", "1:1: parse error: no expression found in input"},
        ErrorCase{"a\n+ +", "2:4: parse error: unexpected end of input"},
        ErrorCase{"a b", "1:3: parse error: unexpected identifier \"b\""},
        ErrorCase{"a by", "1:3: parse error: unexpected <by>"},
        ErrorCase{"a:b(", "1:4: parse error: unexpected \"(\""},
        ErrorCase{"a 'a long string'", "1:3: parse error: unexpected string \"'a long st\"..."},
        ErrorCase{"a 5m", "1:3: parse error: unexpected duration \"5m\""},
        ErrorCase{"sum(a b)", "1:7: parse error: unexpected identifier \"b\" in aggregation"},
        ErrorCase{"rate(a b)", "1:8: parse error: unexpected identifier \"b\""},
        ErrorCase{"sum(rate(a b))",
                  "1:12: parse error: unexpected identifier \"b\" in aggregation"},
        ErrorCase{"sum by (x) y", "1:12: parse error: unexpected identifier \"y\" in aggregation"},
        ErrorCase{"sum by x (y)",
                  "1:8: parse error: unexpected identifier \"x\" in grouping opts, "
                  "expected \"(\""},
        ErrorCase{"sum by (x y) (z)",
                  "1:11: parse error: unexpected identifier \"y\" in grouping "
                  "opts, expected \",\" or \")\""},
        ErrorCase{"sum by (nan) (z)",
                  "1:9: parse error: unexpected number \"nan\" in grouping "
                  "opts, expected label"},
        ErrorCase{"a * group_left b", "1:5: parse error: unexpected <group_left>"},
        ErrorCase{"sum by (without) (z)",
                  "1:9: parse error: unexpected <without> in grouping "
                  "opts, expected label"},
        ErrorCase{"a * on(x) group_left *",
                  "1:22: parse error: unexpected <op:*> in grouping opts, expected \"(\""},
        ErrorCase{"a + fill(b) c", "1:10: parse error: unexpected identifier \"b\""}));

INSTANTIATE_TEST_SUITE_P(
    Time, ParserErrors,
    testing::Values(
        ErrorCase{"a @ b",
                  "1:5: parse error: unexpected identifier \"b\" in @, expected timestamp"},
        ErrorCase{"a @ start",
                  "1:10: parse error: unexpected end of input in @, expected timestamp"},
        ErrorCase{"a offset b",
                  "1:10: parse error: unexpected identifier \"b\" in offset, expected "
                  "number, duration, step(), or range()"},
        ErrorCase{"a[5m 6m]",
                  "1:6: parse error: unexpected duration \"6m\" in subquery or range, "
                  "expected \":\" or \"]\""},
        ErrorCase{"a[5m:*]",
                  "1:6: parse error: unexpected <op:*> in subquery selector, expected "
                  "number, duration, step(), range(), or \"]\""},
        ErrorCase{"a[5m:6m 7m]",
                  "1:9: parse error: unexpected duration \"7m\" in subquery selector, "
                  "expected \"]\""},
        ErrorCase{"a[5m+]",
                  "1:6: parse error: unexpected \"]\" in subquery or range selector, "
                  "expected number, duration, step(), or range()"},
        ErrorCase{"a @ 1e30",
                  "1:1: parse error: timestamp out of bounds for @ modifier: "
                  "1000000000000000019884624838656.000000"},
        ErrorCase{"a @ 1 @ 2", "1:1: parse error: @ <timestamp> may not be set multiple times"},
        ErrorCase{"a[5m:] smoothed",
                  "1:1: parse error: smoothed modifier is not supported for subqueries"},
        ErrorCase{"1 anchored", "1:1: parse error: anchored modifier not implemented"},
        ErrorCase{"a anchored smoothed",
                  "1:1: parse error: anchored and smoothed modifiers cannot "
                  "be used together"},
        ErrorCase{"a[1hs]", "1:3: parse error: unknown unit \"hs\" in duration \"1hs\""},
        ErrorCase{"a[300y]", "1:3: parse error: duration out of range"},
        ErrorCase{"a[1h%0]", "1:5: parse error: modulo by zero"}));

INSTANTIATE_TEST_SUITE_P(
    Selectors, ParserErrors,
    testing::Values(
        ErrorCase{"{a}",
                  "1:3: parse error: unexpected \"}\" in label matching, expected label "
                  "matching operator"},
        ErrorCase{"{a=b}",
                  "1:4: parse error: unexpected identifier \"b\" in label matching, "
                  "expected string"},
        ErrorCase{"{a='b' c}",
                  "1:8: parse error: unexpected identifier \"c\" in label matching, "
                  "expected \",\" or \"}\""},
        ErrorCase{"{,}",
                  "1:2: parse error: unexpected \",\" in label matching, expected identifier "
                  "or \"}\""},
        ErrorCase{"{a=~''}",
                  "1:1: parse error: vector selector must contain at least one non-empty "
                  "matcher"},
        ErrorCase{"a{__name__='b'}",
                  "1:1: parse error: metric name must not be set twice: \"a\" or \"b\""}));

INSTANTIATE_TEST_SUITE_P(
    Types, ParserErrors,
    testing::Values(ErrorCase{"sum(1)",
                              "1:5: parse error: expected type instant vector in aggregation "
                              "expression, got scalar"},
                    ErrorCase{"count_values(1, a)",
                              "1:14: parse error: expected type string in aggregation "
                              "parameter, got scalar"},
                    ErrorCase{"a + 'x'",
                              "1:5: parse error: binary expression must contain only scalar and "
                              "instant vector types"},
                    ErrorCase{"label_join(a, 'b')",
                              "1:1: parse error: expected at least 3 argument(s) in call "
                              "to \"label_join\", got 2"},
                    ErrorCase{"round(a, 1, 2)",
                              "1:1: parse error: expected at most 2 argument(s) in call to "
                              "\"round\", got 3"},
                    ErrorCase{"1[5m:]",
                              "1:1: parse error: subquery is only allowed on instant vector, got "
                              "scalar instead"},
                    ErrorCase{"1 + fill(2) a",
                              "1:1: parse error: filling in missing series only allowed "
                              "between instant vectors"},
                    ErrorCase{"a and fill(2) a",
                              "1:1: parse error: filling in missing series not allowed for "
                              "set operators"},
                    ErrorCase{"abs(sum())",
                              "1:5: parse error: no arguments for aggregate expression provided"}));

struct FeatureCase {
  const char* text;
  const char* error;
};

class GatedFeatures : public testing::TestWithParam<FeatureCase> {};

TEST_P(GatedFeatures, AreOffUnlessEnabled) {
  const auto off = parse_expr(GetParam().text);
  ASSERT_FALSE(off.has_value());
  EXPECT_EQ(off.error().message, GetParam().error);
  EXPECT_TRUE(parse_expr(GetParam().text, Features::all()).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    All, GatedFeatures,
    testing::Values(
        FeatureCase{"mad_over_time(a[5m])",
                    "1:1: parse error: function \"mad_over_time\" is not enabled"},
        FeatureCase{"limitk(1, a)",
                    "1:1: parse error: limitk() is experimental and must be enabled with "
                    "--enable-feature=promql-experimental-functions"},
        FeatureCase{"a anchored",
                    "1:1: parse error: anchored modifier is experimental and not enabled"},
        FeatureCase{"a + fill(1) b",
                    "1:1: parse error: binop fill modifiers are experimental and not enabled"}));

}  // namespace
}  // namespace tocsin::promql
