#include "engine/api/expr_json.h"

#include <gtest/gtest.h>

#include "promql/syntax/parser.h"

namespace tocsin::api {
namespace {

std::string json_of(const std::string& query) {
  const promql::Features features{.experimental_functions = true,
                                  .extended_range_selectors = true,
                                  .binop_fill_modifiers = true};
  const auto expr = promql::parse_expr(query, features);
  EXPECT_TRUE(expr.ok()) << query;
  std::string out;
  if (expr) append_expr_json(out, **expr);
  return out;
}

const std::string kM =
    R"({"anchored":false,"matchers":[{"name":"__name__","type":"=","value":"m"}],"name":"m",)"
    R"("offset":0,"offsetExpr":null,"smoothed":false,"startOrEnd":null,"timestamp":null,)"
    R"("type":"vectorSelector"})";

TEST(ExprJson, ShowsLiterals) {
  EXPECT_EQ(json_of("1e30"), R"({"type":"numberLiteral","val":"1000000000000000000000000000000"})");
  EXPECT_EQ(json_of("'a<b'"), R"({"type":"stringLiteral","val":"a\u003cb"})");
  EXPECT_EQ(json_of("(1)"), R"({"expr":{"type":"numberLiteral","val":"1"},"type":"parenExpr"})");
  EXPECT_EQ(json_of("-m"), R"({"expr":)" + kM + R"(,"op":"-","type":"unaryExpr"})");
}

TEST(ExprJson, ShowsSelectors) {
  EXPECT_EQ(json_of("m"), kM);
  EXPECT_EQ(json_of("m{a!~'x'} @ 1.5 offset -5m"),
            R"({"anchored":false,"matchers":[{"name":"a","type":"!~","value":"x"},)"
            R"({"name":"__name__","type":"=","value":"m"}],"name":"m","offset":-300000,)"
            R"("offsetExpr":null,"smoothed":false,"startOrEnd":null,"timestamp":1500,)"
            R"("type":"vectorSelector"})");
  EXPECT_EQ(json_of("m[1m] anchored @ end()"),
            R"({"anchored":true,"matchers":[{"name":"__name__","type":"=","value":"m"}],)"
            R"("name":"m","offset":0,"offsetExpr":null,"range":60000,"rangeExpr":null,)"
            R"("smoothed":false,"startOrEnd":"end","timestamp":null,"type":"matrixSelector"})");
  EXPECT_EQ(json_of("m[5m:30s]"),
            R"({"expr":)" + kM +
                R"(,"offset":0,"offsetExpr":null,"range":300000,"rangeExpr":null,)"
                R"("startOrEnd":null,"step":30000,"stepExpr":null,"timestamp":null,)"
                R"("type":"subquery"})");
}

TEST(ExprJson, ShowsDurationArithmetic) {
  const std::string json = json_of("m[(1m+step())*2]");
  EXPECT_NE(
      json.find(R"("rangeExpr":{"lhs":{"lhs":{"duration":true,"type":"numberLiteral","val":"60"},)"
                R"("op":"+","rhs":{"lhs":null,"op":"step","rhs":null,"type":"durationExpr",)"
                R"("wrapped":false},"type":"durationExpr","wrapped":true},"op":"*",)"
                R"("rhs":{"duration":false,"type":"numberLiteral","val":"2"},)"
                R"("type":"durationExpr","wrapped":false})"),
      std::string::npos)
      << json;
}

TEST(ExprJson, ShowsOperators) {
  EXPECT_EQ(json_of("1 < bool 2"),
            R"({"bool":true,"lhs":{"type":"numberLiteral","val":"1"},"matching":null,"op":"\u003c",)"
            R"("rhs":{"type":"numberLiteral","val":"2"},"type":"binaryExpr"})");
  EXPECT_EQ(json_of("m / on(a) group_left(b) fill_right(2) m"),
            R"({"bool":false,"lhs":)" + kM +
                R"(,"matching":{"card":"many-to-one","fillValues":{"lhs":null,"rhs":2},)"
                R"("include":["b"],"labels":["a"],"on":true},"op":"/","rhs":)" +
                kM + R"(,"type":"binaryExpr"})");
}

TEST(ExprJson, ShowsCallsAndAggregations) {
  EXPECT_EQ(json_of("round(m)"), R"({"args":[)" + kM +
                                     R"(],"func":{"argTypes":["vector","scalar"],"name":"round",)"
                                     R"("returnType":"vector","variadic":1},"type":"call"})");
  EXPECT_EQ(json_of("topk without(a) (2, m)"),
            R"({"expr":)" + kM +
                R"(,"grouping":["a"],"op":"topk","param":{"type":"numberLiteral","val":"2"},)"
                R"("type":"aggregation","without":true})");
}

}  // namespace
}  // namespace tocsin::api
