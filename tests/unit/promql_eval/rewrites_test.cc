// Rewrites by the texts of queries before and after, and by results that stay as they are.
#include <gtest/gtest.h>

#include "promql/plan/constants.h"
#include "promql/plan/make_plan.h"
#include "promql/plan/matchers.h"
#include "promql/syntax/printer.h"
#include "running.h"

namespace tocsin::promql {
namespace {

using base::kMinute;

ExprPtr parsed(const std::string& text) {
  auto expr = parse_expr(text, {});
  EXPECT_TRUE(expr.ok()) << text;
  return expr.ok() ? *std::move(expr) : nullptr;
}

std::string folded(const std::string& text) {
  ExprPtr expr = parsed(text);
  fold_constants(expr);
  return print(*expr);
}

TEST(FoldConstants, ComputesWhatIsKnown) {
  EXPECT_EQ(folded("x > 4 * 3600"), "x > 14400");
  EXPECT_EQ(folded("predict_linear(x[1h], 4 * (60 + 1)) < -(1 + 1)"),
            "predict_linear(x[1h], 244) < -2");
  EXPECT_EQ(folded("2 ^ 3 ^ 2"), "512");
  EXPECT_EQ(folded("7 % 4 - 1 / 2"), "2.5");
  EXPECT_EQ(folded("1 > bool 2"), "0");
  EXPECT_EQ(folded("sum(x) + (1 == bool 1)"), "sum(x) + (1)");
  EXPECT_EQ(folded("0 / 0"), "NaN");
  EXPECT_EQ(folded("-1 / 0"), "-Inf");
  EXPECT_EQ(folded("cos(pi() / 2 * x)"), "cos(1.5707963267948966 * x)");
}

TEST(FoldConstants, LeavesTheRest) {
  for (const char* text : {"x * 2 * 3", "time() - 5", "vector(1) + 2", "scalar(x) * 2", "-x"}) {
    EXPECT_EQ(folded(text), text);
  }
}

TEST(FoldConstants, KeepsPositions) {
  ExprPtr expr = parsed("quantile(1 + 1, x)");
  fold_constants(expr);
  const Expr& param = *as<AggregateExpr>(*expr).param;
  ASSERT_EQ(param.kind, ExprKind::kNumber);
  EXPECT_EQ(param.pos.start, 9u);
  EXPECT_EQ(param.pos.end, 14u);
}

std::string simplest(const std::string& text) {
  const ExprPtr expr = parsed(text);
  std::string out;
  for (const base::Matcher& matcher : simplest_matchers(as<VectorSelector>(*expr).matchers)) {
    out += (out.empty() ? "" : ",") + matcher.to_string();
  }
  return out;
}

TEST(SimplestMatchers, LiteralsNeedNoExpression) {
  EXPECT_EQ(simplest("{a=~\"b\"}"), "a=\"b\"");
  EXPECT_EQ(simplest("{a!~\"b\",c=\"d\"}"), "a!=\"b\",c=\"d\"");
  EXPECT_EQ(simplest("{a=~\"b\\\\.c\"}"), "a=\"b.c\"");
  EXPECT_EQ(simplest("{a=~\"\",c=\"d\"}"), "a=\"\",c=\"d\"");
}

TEST(SimplestMatchers, WhatMatchesEverythingGoes) {
  EXPECT_EQ(simplest("{a=~\".*\",c=\"d\"}"), "c=\"d\"");
  EXPECT_EQ(simplest("{a=~\".+\"}"), "a!=\"\"");
  EXPECT_EQ(simplest("{a!~\".+\",c=\"d\"}"), "a=\"\",c=\"d\"");
  EXPECT_EQ(simplest("{a!~\".*\",c=\"d\"}"), "a!~\".*\",c=\"d\"");
}

TEST(SimplestMatchers, WhatOneValueImpliesGoes) {
  EXPECT_EQ(simplest("{a=\"x\",a=~\"x|y\",a!=\"\",a!=\"z\"}"), "a=\"x\"");
  EXPECT_EQ(simplest("{a=\"x\",a=~\"y|z\"}"), "a=\"x\",a=~\"y|z\"");
  EXPECT_EQ(simplest("{a=\"x\",a=\"y\",a!=\"x\"}"), "a=\"x\",a=\"y\"");
}

TEST(SimplestMatchers, OrderAndRepetitionMeanNothing) {
  EXPECT_EQ(simplest("m{b=\"2\",a=\"1\",b=\"2\",b=~\"2\"}"), "__name__=\"m\",a=\"1\",b=\"2\"");
  EXPECT_EQ(simplest("{a!=\"1\",a!=\"0\",a=~\"x|y\"}"), "a!=\"0\",a!=\"1\",a=~\"x|y\"");
}

TEST(SimplestMatchers, SelectTheSameSeries) {
  test::TableSource source;
  source.load(kMinute, "m{a=\"b\"}", "1 1");
  source.load(kMinute, "m{a=\"c\",d=\"e\"}", "2 2");
  source.load(kMinute, "m{d=\"e\"}", "3 3");
  source.load(kMinute, "n{a=\"b.c\"}", "4 4");
  for (const char* text :
       {"{a=~\"b\"}", "{a!~\"b\",__name__=\"m\"}", "{a=~\"b\\\\.c\"}", "{a=~\".+\"}",
        "m{a=~\".*\"}", "m{a!~\".+\"}", "m{a!~\".*\"}", "{a=~\"\",d=\"e\"}", "m{a=~\"b|c\"}",
        "m{a=\"b\",a=~\"b|c\"}", "m{a=\"b\",a!=\"b\"}", "m{a=\"b\",a=\"c\",a!=\"b\"}"}) {
    const ExprPtr expr = parsed(text);
    const base::Matchers& written = as<VectorSelector>(*expr).matchers;
    const base::Matchers simple = simplest_matchers(written);
    for (const test::Table& table : source.tables()) {
      for (const base::Labels& labels : table.labels) {
        EXPECT_EQ(base::matches_all(written, labels), base::matches_all(simple, labels)) << text;
      }
    }
  }
}

// The labels of absent() come from the matchers as written.
TEST(SimplestMatchers, AreForSelectingOnly) {
  test::TableSource source;
  EXPECT_EQ(test::instant("absent(m{a=~\"b\",c=\"d\"})", source, kMinute), "{c=\"d\"} 1\n");
}

}  // namespace
}  // namespace tocsin::promql
