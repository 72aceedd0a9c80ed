#include "promql/syntax/printer.h"

#include <gtest/gtest.h>

#include <string>

#include "promql/syntax/parser.h"

namespace tocsin::promql {
namespace {

struct PrintCase {
  const char* text;
  const char* printed;
};

class Printer : public testing::TestWithParam<PrintCase> {};

TEST_P(Printer, GivesTheCanonicalText) {
  const auto expr = parse_expr(GetParam().text, Features::all());
  ASSERT_TRUE(expr.has_value()) << expr.error().message;
  EXPECT_EQ(print(**expr), GetParam().printed);
  const auto again = parse_expr(GetParam().printed, Features::all());
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(print(**again), GetParam().printed);
}

INSTANTIATE_TEST_SUITE_P(Literals, Printer,
                         testing::Values(PrintCase{"1e6", "1000000"},
                                         PrintCase{"1e-7", "0.0000001"}, PrintCase{"-inf", "-Inf"},
                                         PrintCase{"nan", "NaN"}, PrintCase{"90m", "1h30m"},
                                         PrintCase{"-5m", "-5m"},
                                         PrintCase{"'a\"b\\n'", "\"a\\\"b\\n\""},
                                         PrintCase{"`\\`", "\"\\\\\""}));

INSTANTIATE_TEST_SUITE_P(
    Selectors, Printer,
    testing::Values(PrintCase{"a{c='1',b=~'2'}", "a{b=~\"2\",c=\"1\"}"}, PrintCase{"a{}", "a"},
                    PrintCase{"{'a'}", "{__name__=\"a\"}"},
                    PrintCase{"a[7d] offset 36h @ 1.5", "a[1w] @ 1.500 offset 1d12h"},
                    PrintCase{"a @ -0.001", "a @ -0.001"},
                    PrintCase{"a offset 5m smoothed @ end()", "a @ end() smoothed offset 5m"},
                    PrintCase{"a[8d:] offset -1m", "a[8d:] offset -1m"}));

INSTANTIATE_TEST_SUITE_P(
    Operators, Printer,
    testing::Values(PrintCase{"a+b", "a + b"}, PrintCase{"a ==BOOL b", "a == bool b"},
                    PrintCase{"a+on()b", "a + on () b"}, PrintCase{"a+ignoring()b", "a + b"},
                    PrintCase{"a / ignoring(x) group_right b", "a / ignoring (x) group_right () b"},
                    PrintCase{"a+fill(1e6)b", "a + fill (1e+06) b"}, PrintCase{"-(a)", "-(a)"},
                    PrintCase{"+a", "+a"}, PrintCase{"Inf ^ -3 ^ a", "Inf ^ -3 ^ a"},
                    PrintCase{"2 ^ Inf", "2 ^ +Inf"}, PrintCase{"SUM(a)BY(b)", "sum by (b) (a)"},
                    PrintCase{"quantile without(b,)(.5,a)", "quantile without (b) (0.5, a)"}));

TEST(PrettyPrinter, KeepsWhatFits) { EXPECT_EQ(pretty_print(**parse_expr("sum( a )")), "sum(a)"); }

TEST(PrettyPrinter, SplitsAtAHundredBytes) {
  const std::string name(60, 'x');
  const auto expr = parse_expr("rate(" + name + "[5m]) / " + name);
  EXPECT_EQ(pretty_print(**expr), "  rate(" + name + "[5m])\n/\n  " + name);
}

}  // namespace
}  // namespace tocsin::promql
