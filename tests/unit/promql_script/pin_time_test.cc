#include "promql/script/pin_time.h"

#include <gtest/gtest.h>

#include <string>

#include "promql/syntax/parser.h"
#include "promql/syntax/printer.h"

namespace tocsin::promql {
namespace {

struct PinCase {
  const char* text;
  const char* pinned;  // Empty: cannot be pinned.
};

class PinTime : public testing::TestWithParam<PinCase> {};

TEST_P(PinTime, AddsTimestamps) {
  const auto expr = parse_expr(GetParam().text, Features::all());
  ASSERT_TRUE(expr.has_value());
  const ExprPtr pinned = pin_time(**expr, 5000);
  EXPECT_EQ(pinned ? print(*pinned) : "", GetParam().pinned);
}

INSTANTIATE_TEST_SUITE_P(
    All, PinTime,
    testing::Values(PinCase{"a + b offset 1m", "a @ 5.000 + b @ 5.000 offset 1m"},
                    PinCase{"rate(a[5m])", "rate(a[5m] @ 5.000)"},
                    PinCase{"a @ 3 + a @ end()", "a @ 3.000 + a @ 5.000"},
                    PinCase{"sum_over_time(a[5m:])", "sum_over_time(a[5m:] @ 5.000)"},
                    PinCase{"sum_over_time(timestamp(a)[5m:])",
                            "sum_over_time(timestamp(a)[5m:] @ 5.000)"},
                    PinCase{"topk(scalar(b), -(a))", "topk(scalar(b @ 5.000), -(a @ 5.000))"},
                    PinCase{"timestamp(a)", ""}, PinCase{"a + time()", ""}, PinCase{"1", "1"}));

TEST(DependsOnQueryRange, LooksForTheFourCalls) {
  EXPECT_TRUE(depends_on_query_range("a[step()]"));
  EXPECT_TRUE(depends_on_query_range("a @ end()"));
  EXPECT_FALSE(depends_on_query_range("start + time()"));
}

}  // namespace
}  // namespace tocsin::promql
