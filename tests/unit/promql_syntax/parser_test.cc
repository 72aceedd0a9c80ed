#include "promql/syntax/parser.h"

#include <gtest/gtest.h>

#include <string>

#include "promql/syntax/printer.h"

namespace tocsin::promql {
namespace {

ExprPtr must_parse(const std::string& text) {
  auto result = parse_expr(text, Features::all());
  EXPECT_TRUE(result.has_value()) << text << ": " << result.error().to_string();
  return result ? *std::move(result) : nullptr;
}

// The tree with every operator in parentheses.
std::string shape(const Expr& expr) {
  if (expr.kind == ExprKind::kBinary) {
    const auto& node = as<BinaryExpr>(expr);
    return "(" + shape(*node.lhs) + std::string(to_string(node.op)) + shape(*node.rhs) + ")";
  }
  if (expr.kind == ExprKind::kUnary) return "(-" + shape(*as<UnaryExpr>(expr).expr) + ")";
  return print(expr);
}

struct ShapeCase {
  const char* text;
  const char* shape;
};

class Precedence : public testing::TestWithParam<ShapeCase> {};

TEST_P(Precedence, BindsAsUpstream) {
  const ExprPtr expr = must_parse(GetParam().text);
  ASSERT_NE(expr, nullptr);
  EXPECT_EQ(shape(*expr), GetParam().shape);
}

INSTANTIATE_TEST_SUITE_P(
    Operators, Precedence,
    testing::Values(ShapeCase{"a or b and c unless d", "(aor((bandc)unlessd))"},
                    ShapeCase{"a == b + c * d ^ e", "(a==(b+(c*(d^e))))"},
                    ShapeCase{"a - b - c", "((a-b)-c)"}, ShapeCase{"a ^ b ^ c", "(a^(b^c))"},
                    ShapeCase{"a atan2 b / c", "((aatan2b)/c)"}, ShapeCase{"-a * b", "((-a)*b)"},
                    ShapeCase{"-a ^ b", "(-(a^b))"}, ShapeCase{"a ^ -b ^ c", "(a^(-(b^c)))"},
                    ShapeCase{"a ^ -b * c", "((a^(-b))*c)"}, ShapeCase{"- - -a", "(-(-(-a)))"},
                    ShapeCase{"-1 ^ 2", "(-(1^2))"}, ShapeCase{"- -1", "1"},
                    ShapeCase{"a </ 1 >/ 2", "((a</1)>/2)"},
                    ShapeCase{"a + rate(b[5m:])", "(a+rate(b[5m:]))"}));

INSTANTIATE_TEST_SUITE_P(Modifiers, Precedence,
                         testing::Values(ShapeCase{"a offset 100 + 2", "(a offset 1m40s+2)"},
                                         ShapeCase{"a offset -2 ^ 2", "(a offset -2s^2)"},
                                         ShapeCase{"a offset step() * 0", "(a offset step()*0)"},
                                         ShapeCase{"a offset -(2) * 3", "(a offset -(2)*3)"},
                                         ShapeCase{"a offset (2) * 3", "a offset (2) * 3"},
                                         ShapeCase{"a offset - - 2 * 3", "a offset (2 * 3)"},
                                         ShapeCase{"a offset + - 2 ^ 3", "a offset (-2 ^ 3)"},
                                         ShapeCase{"-a offset 5m", "(-a offset 5m)"},
                                         ShapeCase{"-a @ 5", "(-a @ 5.000)"},
                                         ShapeCase{"a ^ b @ 1 ^ c", "(a^(b @ 1.000^c))"}));

struct NumberCase {
  const char* text;
  double value;
};

class Numbers : public testing::TestWithParam<NumberCase> {};

TEST_P(Numbers, HaveTheirValue) {
  const ExprPtr expr = must_parse(GetParam().text);
  ASSERT_EQ(expr->kind, ExprKind::kNumber);
  EXPECT_EQ(as<NumberLiteral>(*expr).value, GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(Forms, Numbers,
                         testing::Values(NumberCase{"0755", 493}, NumberCase{"0899", 899},
                                         NumberCase{"0x8f", 143}, NumberCase{"-0755", -493},
                                         NumberCase{"1_000.5", 1000.5}, NumberCase{"00_1_0", 8},
                                         NumberCase{"5m", 300}, NumberCase{"1h30m", 5400},
                                         NumberCase{"1ms", 0.001},
                                         NumberCase{"9223372036854775808", 9223372036854775808.0},
                                         NumberCase{".5e1", 5}));

TEST(Parser, MatchersKeepTheirOrderAndTheNameComesLast) {
  const ExprPtr expr = must_parse("up{b='1',\"c d\"!='2'}");
  const auto& selector = as<VectorSelector>(*expr);
  EXPECT_EQ(selector.name, "up");
  ASSERT_EQ(selector.matchers.size(), 3u);
  EXPECT_EQ(selector.matchers[0].name(), "b");
  EXPECT_EQ(selector.matchers[1].name(), "c d");
  EXPECT_EQ(selector.matchers[2], base::Matcher::equal("__name__", "up"));
}

TEST(Parser, QuotedNameInsideBraces) {
  const ExprPtr expr = must_parse("{\"a.b\", x='y'}");
  const auto& selector = as<VectorSelector>(*expr);
  EXPECT_EQ(selector.name, "");
  EXPECT_EQ(selector.matchers.front(), base::Matcher::equal("__name__", "a.b"));
}

TEST(Parser, KeywordsNameMetricsAndLabels) {
  EXPECT_EQ(print(*must_parse("sum + by + offset + start + step + and and or")),
            "sum + by + offset + start + step + and and or");
  EXPECT_EQ(print(*must_parse("sum by (on, bool, sum, a:b) (x)")),
            "sum by (on, bool, sum, \"a:b\") (x)");
}

TEST(Parser, MatchingOfVectorsOnly) {
  EXPECT_TRUE(as<BinaryExpr>(*must_parse("a + b")).matching.has_value());
  EXPECT_FALSE(as<BinaryExpr>(*must_parse("a + 1")).matching.has_value());
  EXPECT_FALSE(as<BinaryExpr>(*must_parse("a + on() 1")).matching.has_value());
  EXPECT_EQ(as<BinaryExpr>(*must_parse("a and b")).matching->cardinality,
            MatchCardinality::kManyToMany);
}

TEST(Parser, GroupingAndFill) {
  const ExprPtr expr = must_parse("a * on(x) group_left(y) fill_left(-1) fill_right(5m) b");
  const VectorMatching& matching = *as<BinaryExpr>(*expr).matching;
  EXPECT_TRUE(matching.on);
  EXPECT_EQ(matching.cardinality, MatchCardinality::kManyToOne);
  EXPECT_EQ(matching.labels, std::vector<std::string>{"x"});
  EXPECT_EQ(matching.include, std::vector<std::string>{"y"});
  EXPECT_EQ(matching.fill_left, -1.0);
  EXPECT_EQ(matching.fill_right, 300.0);
}

TEST(Parser, PositionsAreHalfOpenByteRanges) {
  EXPECT_EQ(dump(*must_parse("sum(rate(a[5m] offset 1m)) by (x) > 1")),
            "binary vector 0-37 sum by (x) (rate(a[5m] offset 1m)) > 1\n"
            "  aggregate vector 0-33 sum by (x) (rate(a[5m] offset 1m))\n"
            "    call vector 4-25 rate(a[5m] offset 1m)\n"
            "      matrix_selector matrix 9-24 a[5m] offset 1m\n"
            "        vector_selector vector 9-10 a offset 1m\n"
            "  number scalar 36-37 1\n");
}

TEST(Parser, OperatorRangeIncludesModifiers) {
  const ExprPtr expr = must_parse("a  == bool on (x)  b");
  EXPECT_EQ(as<BinaryExpr>(*expr).op_pos, (base::PosRange{3, 17}));
}

TEST(Parser, DurationsOfRangesAndOffsets) {
  const ExprPtr expr = must_parse("a[1.5] @ 1.0005 offset -90");
  const auto& matrix = as<MatrixSelector>(*expr);
  EXPECT_EQ(matrix.range, 1500);
  EXPECT_EQ(matrix.selector->shift.offset, -90000);
  EXPECT_EQ(matrix.selector->shift.at_ms, 1001);
}

TEST(Parser, DurationExpressions) {
  const ExprPtr expr = must_parse("a[2*(1m+step())^2:min_of(range(),5)] offset (1h-1m)");
  const auto& node = as<Subquery>(*expr);
  ASSERT_NE(node.range_expr, nullptr);
  EXPECT_EQ(node.range_expr->kind, DurationExpr::Kind::kMul);
  EXPECT_EQ(node.range_expr->rhs->kind, DurationExpr::Kind::kPow);
  EXPECT_EQ(node.range_expr->rhs->lhs->kind, DurationExpr::Kind::kParen);
  EXPECT_EQ(node.step_expr->kind, DurationExpr::Kind::kMinOf);
  EXPECT_EQ(node.shift.offset_expr->kind, DurationExpr::Kind::kParen);
}

TEST(Parser, InfoTakesAnySelectorOfLabels) {
  EXPECT_EQ(print(*must_parse("info(a, {})")), "info(a, )");
  EXPECT_FALSE(parse_expr("abs({})").has_value());
}

TEST(Parser, CloneIsDeepAndEqual) {
  const ExprPtr expr = must_parse(
      "topk(5, sum by (x) (rate(a{b=\"c\"}[5m] anchored @ end() offset 1m))) > bool on (x) "
      "group_left (y) fill (1) max_over_time((-b)[step() + 1:1m] @ 5 offset -2m)");
  ExprPtr copy = clone(*expr);
  const std::string before = dump(*expr);
  EXPECT_EQ(dump(*copy), before);
  as<BinaryExpr>(*copy).op = BinaryOp::kLess;
  EXPECT_EQ(dump(*expr), before);
}

TEST(Parser, UnparenGoesToTheCore) {
  EXPECT_EQ(unparen(*must_parse("(((a)))")).kind, ExprKind::kVectorSelector);
}

TEST(ParseSelector, GivesMatchers) {
  const auto matchers = parse_selector("up{job='x'}");
  ASSERT_TRUE(matchers.has_value());
  ASSERT_EQ(matchers->size(), 2u);
  EXPECT_EQ((*matchers)[0], base::Matcher::equal("job", "x"));
  EXPECT_TRUE(parse_selector("{}").has_value());
}

TEST(ParseSelector, RefusesAnythingElse) {
  EXPECT_EQ(parse_selector("up + 1").error().message, "1:4: parse error: unexpected <op:+>");
  EXPECT_EQ(parse_selector("1").error().message, "1:1: parse error: unexpected number \"1\"");
}

TEST(ParseMetric, GivesLabels) {
  const auto labels = parse_metric("up{job=\"x\",\"a b\"='y'}");
  ASSERT_TRUE(labels.has_value());
  EXPECT_EQ(*labels, base::Labels::of({{"__name__", "up"}, {"job", "x"}, {"a b", "y"}}));
  EXPECT_EQ(parse_metric("{\"up\"}")->metric_name(), "up");
  EXPECT_EQ(parse_metric("sum")->metric_name(), "sum");
}

TEST(ParseMetric, SaysWhatIsWrong) {
  EXPECT_EQ(parse_metric("a{b}").error().message,
            "1:4: parse error: unexpected \"}\" in label set, expected \"=\"");
  EXPECT_EQ(parse_metric("a{b=1}").error().message,
            "1:5: parse error: unexpected character inside braces: '1'");
  EXPECT_EQ(parse_metric("a{b='c' d}").error().message,
            "1:9: parse error: unexpected identifier \"d\" in label set, expected \",\" or \"}\"");
}

}  // namespace
}  // namespace tocsin::promql
