#include <gtest/gtest.h>

#include <string>

#include "promql/script/commands.h"

namespace tocsin::promql {
namespace {

std::vector<Command> must_parse(std::string_view text) {
  auto commands = parse_script(text, Features::all());
  EXPECT_TRUE(commands.has_value()) << commands.error().to_string();
  return commands ? *std::move(commands) : std::vector<Command>{};
}

TEST(ParseScript, CommandsWithTheirLines) {
  const auto commands = must_parse(
      "# a comment\n"
      "load 30s\n"
      "  a 1 2\n"
      "  b{x=\"y\"} 3\n"
      "\n"
      "eval instant at 1m a\n"
      "  a 2\n"
      "\n"
      "CLEAR\n");
  ASSERT_EQ(commands.size(), 3u);
  const auto& load = std::get<LoadCommand>(commands[0]);
  EXPECT_EQ(load.line, 2u);
  EXPECT_EQ(load.step, 30000);
  EXPECT_EQ(load.series.size(), 2u);
  const auto& eval = std::get<EvalCommand>(commands[1]);
  EXPECT_EQ(eval.line, 6u);
  EXPECT_EQ(eval.text, "a");
  EXPECT_EQ(eval.range.start, 60000);
  EXPECT_EQ(eval.expected.series.size(), 1u);
  EXPECT_EQ(std::get<ClearCommand>(commands[2]).line, 9u);
}

TEST(ParseScript, RangeEvals) {
  const auto commands =
      must_parse("eval range from 0 to 5m step 30s rate(a[1m]) > 0\n  {} 1 _ 2\n");
  const auto& eval = std::get<EvalCommand>(commands.at(0));
  EXPECT_TRUE(eval.is_range);
  EXPECT_EQ(eval.text, "rate(a[1m]) > 0");
  EXPECT_EQ(eval.range.end, 300000);
  EXPECT_EQ(eval.range.step, 30000);
  EXPECT_EQ(eval.expected.series.front().line.points.size(), 3u);
}

TEST(ParseScript, ExpectLines) {
  const auto commands = must_parse(
      "eval instant at 0 a\n"
      "  expect ordered\n"
      "  expect warn msg:  two words \n"
      "  expect warn regex: w.*d\n"
      "  expect no_info\n"
      "  a 1\n"
      "  b 2\n");
  const Expectation& expected = std::get<EvalCommand>(commands.at(0)).expected;
  EXPECT_TRUE(expected.ordered);
  EXPECT_TRUE(expected.no_infos);
  ASSERT_EQ(expected.warnings.size(), 2u);
  EXPECT_TRUE(expected.warnings[0].matches("two words"));
  EXPECT_FALSE(expected.warnings[0].matches("two words more"));
  EXPECT_TRUE(expected.warnings[1].matches("a wild thing"));
  EXPECT_EQ(expected.series.at(1).position, 2u);
}

TEST(ParseScript, ScalarsEndTheBlock) {
  const auto commands = must_parse("eval instant at 0 1\n  -0x10\neval instant at 0 1\n  1e-3\n");
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(std::get<EvalCommand>(commands[0]).expected.scalar, -16.0);
  EXPECT_EQ(std::get<EvalCommand>(commands[1]).expected.scalar, 0.001);
}

TEST(ParseScript, StringsAndRangeVectors) {
  const auto commands = must_parse(
      "eval instant at 0 'x'\n"
      "  expect string \"a\\n\"\n"
      "\n"
      "eval instant at 5m a[1m]\n"
      "  expect range vector from 30s to 1m step 30s\n"
      "  a 1 2\n");
  EXPECT_EQ(std::get<EvalCommand>(commands.at(0)).expected.string, "a\n");
  const Expectation& expected = std::get<EvalCommand>(commands.at(1)).expected;
  EXPECT_TRUE(expected.range_vector);
  EXPECT_EQ(expected.points.start, 30000);
  EXPECT_EQ(std::get<EvalCommand>(commands.at(1)).range.start, 60000);
}

TEST(ParseScript, OldFormsOfExpectations) {
  const auto commands = must_parse(
      "eval_fail instant at 0 a\n"
      "  expected_fail_message some text\n"
      "eval_fail range from 0 to 1m step 1m a\n"
      "  expected_fail_regexp t.xt\n"
      "eval_warn instant at 0 a\n\n"
      "eval_info instant at 0 a\n\n"
      "eval_ordered instant at 0 a\n");
  ASSERT_EQ(commands.size(), 5u);
  EXPECT_TRUE(std::get<EvalCommand>(commands[0]).expected.failure->matches("some text"));
  EXPECT_TRUE(std::get<EvalCommand>(commands[1]).expected.failure->matches("the text here"));
  EXPECT_EQ(std::get<EvalCommand>(commands[2]).expected.warnings.size(), 1u);
  EXPECT_EQ(std::get<EvalCommand>(commands[3]).expected.infos.size(), 1u);
  EXPECT_TRUE(std::get<EvalCommand>(commands[4]).expected.ordered);
}

TEST(ParseScript, ACommentEndsABlock) {
  const auto broken = parse_script("load 5m\n  a 1\n  # note\n  b 1\n", {});
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().where.line, 4u);
  EXPECT_EQ(broken.error().message, "invalid command \"b 1\"");
}

struct FaultCase {
  const char* text;
  uint32_t line;
  const char* message;
};

class ScriptFaults : public testing::TestWithParam<FaultCase> {};

TEST_P(ScriptFaults, AreReportedWithTheirLine) {
  const auto commands = parse_script(GetParam().text, Features::all());
  ASSERT_FALSE(commands.has_value());
  EXPECT_EQ(commands.error().where.line, GetParam().line);
  EXPECT_EQ(commands.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, ScriptFaults,
    testing::Values(
        FaultCase{"\nfoo", 2, "invalid command \"foo\""},
        FaultCase{"load 5x\n", 1,
                  "invalid step definition \"5x\": unknown unit \"x\" in duration \"5x\""},
        FaultCase{"load 1m\n  x@st -1m\n\n", 2, "@st line has no following sample line"},
        FaultCase{"load 1m\n  x@st -1m\n  x@st -1m\n  x 1\n", 2,
                  "@st line has no following sample line"},
        FaultCase{"load 1m\n  x@st -1m\n  y 1\n", 2,
                  "@st metric does not match the following sample line metric"},
        FaultCase{"load 1m\n  x@st -1m\n  x 1 2\n", 2,
                  "@st line has 1 values but sample line has 2"},
        FaultCase{"load 1m\n  x 1\n  x@st 1\n  x 1\n", 3,
                  "invalid @st item \"1\": not a valid duration string: \"1\""},
        FaultCase{"load_now 5m\n", 1, "invalid load command. (load[_with_nhcb] <step:duration>)"},
        FaultCase{"eval instant at 1m a +\n", 1, "1:4: parse error: unexpected end of input"},
        FaultCase{"eval instant at 0 a\n a 1 2\n", 2,
                  "expecting multiple values in instant evaluation not allowed. consider using "
                  "'expect range vector' directive to enable a range vector result for an instant "
                  "query"},
        FaultCase{"eval range from 5m to 0 step 1m a\n", 1,
                  "invalid test definition, end timestamp (0s) is before start timestamp (5m)"},
        FaultCase{"eval instant at 0 a\n expect fail\n expect fail\n", 3,
                  "invalid expect lines, multiple expect fail lines are not allowed"},
        FaultCase{"eval instant at 0 a\n expect info\n expect no_info\n", 3,
                  "invalid expect lines, info and no_info cannot be used together"},
        FaultCase{"eval instant at 0 a\n expect joy\n", 2,
                  "invalid expected error/annotation type \"joy\""}));

}  // namespace
}  // namespace tocsin::promql
