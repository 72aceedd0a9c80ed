// Matchers that move across joins, by the texts of queries before and after.
#include "promql/plan/propagate_matchers.h"

#include <gtest/gtest.h>

#include "promql/plan/make_plan.h"
#include "promql/plan/walk.h"
#include "promql/syntax/parser.h"
#include "promql/syntax/printer.h"

namespace tocsin::promql {
namespace {

std::string pushed(const std::string& text) {
  auto expr = parse_expr(text, Features::all());
  EXPECT_TRUE(expr) << text;
  if (!expr) return {};
  propagate_matchers(**expr);
  return print(**expr);
}

TEST(PropagateMatchers, AndAsksBothSides) {
  EXPECT_EQ(pushed("a and b{job=\"x\"}"), "a{job=\"x\"} and b{job=\"x\"}");
  EXPECT_EQ(pushed("a{zone=~\"p|q\"} and b{job!=\"x\"}"),
            "a{job!=\"x\",zone=~\"p|q\"} and b{job!=\"x\",zone=~\"p|q\"}");
  EXPECT_EQ(pushed("a and on (job) b{job=\"x\",zone=\"p\"}"),
            "a{job=\"x\"} and on (job) b{job=\"x\",zone=\"p\"}");
  EXPECT_EQ(pushed("a and ignoring (job) b{job=\"x\",zone=\"p\"}"),
            "a{zone=\"p\"} and ignoring (job) b{job=\"x\",zone=\"p\"}");
  EXPECT_EQ(pushed("a and on (__name__) {job=\"x\"}"),
            "a and on (__name__) {__name__=\"a\",job=\"x\"}");
}

TEST(PropagateMatchers, UnlessAsksTheRightSideAlone) {
  EXPECT_EQ(pushed("a{job=\"x\"} unless b"), "a{job=\"x\"} unless b{job=\"x\"}");
  EXPECT_EQ(pushed("a unless b{job=\"x\"}"), "a unless b{job=\"x\"}");
}

TEST(PropagateMatchers, OrAsksNothingOfItself) {
  EXPECT_EQ(pushed("a{job=\"x\"} or b"), "a{job=\"x\"} or b");
  EXPECT_EQ(pushed("a or b{job=\"x\"}"), "a or b{job=\"x\"}");
}

TEST(PropagateMatchers, OrPassesOnWhatItsLabelsAllow) {
  EXPECT_EQ(pushed("(a or b) and c{job=\"x\"}"), "(a{job=\"x\"} or b{job=\"x\"}) and c{job=\"x\"}");
  // An a of any job keeps out a b of job x and the same zone.
  EXPECT_EQ(pushed("(a or on (zone) b) and c{job=\"x\"}"),
            "(a or on (zone) b{job=\"x\"}) and c{job=\"x\"}");
  EXPECT_EQ(pushed("c and (a{job=\"x\"} or b{job=\"x\",zone=\"p\"})"),
            "c{job=\"x\"} and (a{job=\"x\"} or b{job=\"x\",zone=\"p\"})");
}

TEST(PropagateMatchers, JoinsAskTheManySide) {
  EXPECT_EQ(pushed("a * on (job) group_left (version) b{job=\"x\"}"),
            "a{job=\"x\"} * on (job) group_left (version) b{job=\"x\"}");
  EXPECT_EQ(pushed("b{job=\"x\"} * on (job) group_right () a"),
            "b{job=\"x\"} * on (job) group_right () a{job=\"x\"}");
  EXPECT_EQ(pushed("a > on (job) (b{job=\"x\"})"), "a{job=\"x\"} > on (job) (b{job=\"x\"})");
}

TEST(PropagateMatchers, JoinsAskNothingOfAOneSideThatMayHaveDuplicates) {
  for (const char* text :
       {"a{job=\"x\"} * on (job) group_left () b", "a{job=\"x\"} / on (job) b",
        "b * on (job) group_right () a{job=\"x\"}", "a{job=\"x\"} / ignoring (code) b",
        "a{job=\"x\"} / ignoring (code) b{code=~\"5\"}"}) {
    EXPECT_EQ(pushed(text).find("b{job"), std::string::npos) << text;
  }
  EXPECT_EQ(pushed("a{job=\"x\"} / {zone=\"p\"}"), "a{job=\"x\",zone=\"p\"} / {zone=\"p\"}");
  EXPECT_EQ(pushed("a{job=\"x\"} / b"), "a{job=\"x\"} / b{job=\"x\"}");
  EXPECT_EQ(pushed("a{job=\"x\"} / ignoring (code) b{code=\"500\"}"),
            "a{job=\"x\"} / ignoring (code) b{code=\"500\",job=\"x\"}");
  EXPECT_EQ(pushed("a{job=\"x\"} / on (job) count by (job) (b)"),
            "a{job=\"x\"} / on (job) count by (job) (b{job=\"x\"})");
}

TEST(PropagateMatchers, FilledJoinsStayAsTheyAre) {
  EXPECT_EQ(pushed("a + fill (0) b{job=\"x\"}"), "a + fill (0) b{job=\"x\"}");
  EXPECT_EQ(pushed("c and (a + fill_left (0) b{job=\"x\"})"),
            "c and (a + fill_left (0) b{job=\"x\"})");
}

TEST(PropagateMatchers, ComeFromWithinExpressions) {
  EXPECT_EQ(pushed("a and on (job) sum by (job) (rate(b{job=\"x\",zone=\"p\"}[5m])) > 1"),
            "a{job=\"x\"} and on (job) sum by (job) (rate(b{job=\"x\",zone=\"p\"}[5m])) > 1");
  EXPECT_EQ(pushed("a and on (job, zone) topk(3, b{job=\"x\"} * 2)"),
            "a{job=\"x\"} and on (job, zone) topk(3, b{job=\"x\"} * 2)");
  EXPECT_EQ(pushed("a and max_over_time((b{job=\"x\"} > 1)[5m:])"),
            "a{job=\"x\"} and max_over_time((b{job=\"x\"} > 1)[5m:])");
  EXPECT_EQ(pushed("a and b and c{job=\"x\"}"), "a{job=\"x\"} and b{job=\"x\"} and c{job=\"x\"}");
  EXPECT_EQ(pushed("a{job=\"x\"} and b and c"), "a{job=\"x\"} and b{job=\"x\"} and c{job=\"x\"}");
  EXPECT_EQ(pushed("c and (a{job=\"x\"} / b)"), "c{job=\"x\"} and (a{job=\"x\"} / b{job=\"x\"})");
}

TEST(PropagateMatchers, ComeFromNoLabelThatChangedOnTheWay) {
  for (const char* text :
       {"a and label_replace(b{job=\"x\"}, \"job\", \"y\", \"\", \"\")",
        "a and label_join(b{job=\"x\"}, \"job\", \"\", \"zone\")", "a and absent(b{job=\"x\"})",
        "a and sum without (job) (b{job=\"x\"})", "a and sum by (zone) (b{job=\"x\"})",
        "a and count_values by (job) (\"job\", b{job=\"x\"})", "a and info(b{job=\"x\"})",
        "a and vector(scalar(b{job=\"x\"}))", "a and (b{job=\"x\"} or c)",
        "a and histogram_quantile(0.5, b{le=\"x\"})",
        "a and (b{job=\"x\"} * on (zone) group_left (job) c)",
        "a and on (__name__) -b{__type__=\"gauge\"}"}) {
    EXPECT_EQ(pushed(text).find("a and"), 0u) << pushed(text);
  }
}

// Functions and most aggregations tell of histograms, also in series that meet no partner.
TEST(PropagateMatchers, PassOnlyWhatSaysNothing) {
  for (const char* text :
       {"sum by (job) (a) and b{job=\"x\"}", "max by (job) (a) and b{job=\"x\"}",
        "rate(a_total[5m]) and b{job=\"x\"}", "max_over_time(a[5m]) and b{job=\"x\"}",
        "(a > 1) and b{job=\"x\"}", "label_replace(a, \"n\", \"\", \"\", \"\") and b{job=\"x\"}",
        "absent(a) and b{job=\"x\"}", "topk(1, a) and b{job=\"x\"}", "info(a) and b{job=\"x\"}",
        "(a / c) and b{job=\"x\"}", "count_over_time({zone=\"p\"}[5m]) and b{job=\"x\",zone=\"p\"}",
        "count_over_time(a[5m]) and b{job=\"x\"}", "a smoothed and b{job=\"x\"}"}) {
    auto expr = parse_expr(text, Features::all());
    ASSERT_TRUE(expr) << text;
    EXPECT_EQ(pushed(text), print(**expr));
  }
  EXPECT_EQ(pushed("count by (job) (a) and on (job) b{job=\"x\"}"),
            "count by (job) (a{job=\"x\"}) and on (job) b{job=\"x\"}");
  EXPECT_EQ(pushed("group without (zone) (a) and on (job, zone) b{job=\"x\",zone=\"p\"}"),
            "group without (zone) (a{job=\"x\"}) and on (job, zone) b{job=\"x\",zone=\"p\"}");
  EXPECT_EQ(pushed("last_over_time(a[5m] offset 1m) and b{job=\"x\"}"),
            "last_over_time(a{job=\"x\"}[5m] offset 1m) and b{job=\"x\"}");
  EXPECT_EQ(pushed("count_over_time(a{__type__=\"gauge\",__unit__=\"\"}[5m]) and b{job=\"x\"}"),
            "count_over_time(a{__type__=\"gauge\",__unit__=\"\",job=\"x\"}[5m]) and b{job=\"x\"}");
  EXPECT_EQ(pushed("last_over_time({zone=\"p\"}[5m]) and b{job=\"x\"}"),
            "last_over_time({job=\"x\",zone=\"p\"}[5m]) and b{job=\"x\",zone=\"p\"}");
  EXPECT_EQ(pushed("(((a @ 5)) and c offset 1m) unless b and b{job=\"x\"}"),
            "(((a{job=\"x\"} @ 5.000)) and c{job=\"x\"} offset 1m) unless b{job=\"x\"} and "
            "b{job=\"x\"}");
}

TEST(PropagateMatchers, SayNothingTwice) {
  EXPECT_EQ(pushed("a{job=\"x\"} and b{job=\"x\"}"), "a{job=\"x\"} and b{job=\"x\"}");
  EXPECT_EQ(pushed("a{job=\"x\"} and b{job=~\"x|y\"}"),
            "a{job=\"x\"} and b{job=\"x\",job=~\"x|y\"}");
  EXPECT_EQ(pushed("a and b{job=~\"x\",zone=~\".*\"}"),
            "a{job=\"x\"} and b{job=~\"x\",zone=~\".*\"}");
}

TEST(PropagateMatchers, MissingLabelsMatchAsEmptyOnes) {
  EXPECT_EQ(pushed("a and on (job) b{job=\"\"}"), "a{job=\"\"} and on (job) b{job=\"\"}");
  EXPECT_EQ(pushed("a and on (job) b{job=~\"x|\"}"), "a{job=~\"x|\"} and on (job) b{job=~\"x|\"}");
}

TEST(PropagateMatchers, AreMarkedInFront) {
  auto expr = parse_expr("a{zone=\"p\"} and b{job=\"x\"}", {});
  ASSERT_TRUE(expr);
  propagate_matchers(**expr);
  const auto& left = as<VectorSelector>(*as<BinaryExpr>(**expr).lhs);
  ASSERT_EQ(left.pushed, 1u);
  EXPECT_EQ(left.matchers[0].to_string(), "job=\"x\"");
  EXPECT_EQ(left.matchers[1].to_string(), "zone=\"p\"");
  EXPECT_EQ(as<VectorSelector>(*clone(*as<BinaryExpr>(**expr).lhs)).pushed, 1u);
}

TEST(PropagateMatchers, ManyOfThemAreBounded) {
  std::string text = "a";
  for (int i = 0; i < 200; ++i) text += " and b{l" + std::to_string(i) + "=\"v\"}";
  auto expr = parse_expr(text, {});
  ASSERT_TRUE(expr);
  propagate_matchers(**expr);
  for_each_selector(**expr, [](const VectorSelector& selector) {
    EXPECT_LE(selector.pushed, 16u);
    EXPECT_LE(selector.matchers.size(), 18u);
  });
}

}  // namespace
}  // namespace tocsin::promql
