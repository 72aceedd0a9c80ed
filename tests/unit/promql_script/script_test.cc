// Whole scripts: what passes passes, and what is wrong is noticed.
#include "promql/script/script.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_time.h"
#include "tests/support/source_dir.h"

namespace tocsin::promql {
namespace {

constexpr std::string_view kLoad =
    "load 1m\n"
    "  requests_total{job=\"a\"} 0+60x10\n"
    "  requests_total{job=\"b\"} 0+120x10\n"
    "\n";

ScriptReport run(std::string_view text) {
  const tocsin::testing::FakeClock clock;
  const auto report = run_script(std::string(kLoad) + std::string(text), {}, clock);
  EXPECT_TRUE(report.has_value()) << report.error().to_string();
  return report ? *report : ScriptReport{};
}

// The reason of the only case; "passed" when it did.
std::string outcome(std::string_view text) {
  const ScriptReport report = run(text);
  EXPECT_EQ(report.cases.size(), 1u);
  if (report.cases.empty()) return "";
  return report.passed() ? "passed" : report.cases.front().reason;
}

TEST(Script, InstantVectorsMatch) {
  EXPECT_EQ(outcome("eval instant at 5m rate(requests_total[5m])\n"
                    "  {job=\"b\"} 2\n"
                    "  {job=\"a\"} 1\n"),
            "passed");
}

TEST(Script, WrongValueIsNoticed) {
  EXPECT_EQ(outcome("eval instant at 5m sum(requests_total)\n  {} 901\n"),
            "expected 901 for {} but got 900");
}

TEST(Script, MissingAndExtraSeriesAreNoticed) {
  EXPECT_EQ(outcome("eval instant at 5m requests_total{job=\"a\"}\n"),
            "unexpected metric {__name__=\"requests_total\", job=\"a\"} in result, has value 300");
  EXPECT_EQ(outcome("eval instant at 5m nothing\n  nothing 1\n"),
            "expected metric {__name__=\"nothing\"} not found");
}

TEST(Script, OrderCountsWhenAskedFor) {
  EXPECT_EQ(outcome("eval instant at 5m sort_desc(requests_total)\n"
                    "  expect ordered\n"
                    "  requests_total{job=\"b\"} 600\n"
                    "  requests_total{job=\"a\"} 300\n"),
            "passed");
  EXPECT_EQ(outcome("eval_ordered instant at 5m sort(requests_total)\n"
                    "  requests_total{job=\"b\"} 600\n"
                    "  requests_total{job=\"a\"} 300\n"),
            "expected metric {__name__=\"requests_total\", job=\"a\"} at position 2 but was at 1");
}

TEST(Script, RangesComparePointByPoint) {
  EXPECT_EQ(outcome("eval range from 0 to 2m step 1m requests_total{job=\"a\"} > 30\n"
                    "  requests_total{job=\"a\"} _ 60 120\n"),
            "passed");
  EXPECT_EQ(outcome("eval range from 0 to 2m step 1m requests_total{job=\"a\"} > 30\n"
                    "  requests_total{job=\"a\"} _ 60\n"),
            "more points than expected for {__name__=\"requests_total\", job=\"a\"} (got 60@60000 "
            "120@120000)");
}

TEST(Script, ScalarsAndStrings) {
  EXPECT_EQ(outcome("eval instant at 0 1 + 2\n  3\n"), "passed");
  EXPECT_EQ(outcome("eval instant at 0 1 + 2\n  4\n"), "expected scalar 4 but got 3");
  EXPECT_EQ(outcome("eval instant at 0 \"x\"\n  expect string 'x'\n"), "passed");
  EXPECT_EQ(outcome("eval instant at 0 \"x\"\n  expect string 'y'\n"),
            "expected string \"y\" but got \"x\"");
}

TEST(Script, RangeVectorsOfInstantQueries) {
  EXPECT_EQ(outcome("eval instant at 2m requests_total{job=\"a\"}[2m]\n"
                    "  expect range vector from 1m to 2m step 1m\n"
                    "  requests_total{job=\"a\"} 60 120\n"),
            "passed");
}

TEST(Script, ExpectedFailures) {
  const std::string text =
      "eval instant at 5m requests_total * on() requests_total\n  expect fail regex:many-to-many\n";
  EXPECT_EQ(outcome(text), "passed");
  EXPECT_EQ(outcome("eval_fail instant at 0 requests_total\n"),
            "expected an error, but there was none");
}

TEST(Script, AnnotationsAreCompared) {
  EXPECT_EQ(outcome("eval instant at 5m quantile(2, requests_total)\n"
                    "  expect warn regex:quantile value should be between 0 and 1\n"
                    "  {} Inf\n"),
            "passed");
  EXPECT_EQ(outcome("eval instant at 5m sum(requests_total)\n  expect warn\n  {} 900\n"),
            "expected warn annotations but there were none");
}

TEST(Script, LoadsMustNotGoBack) {
  const ScriptReport report = run("load 1m\n  requests_total{job=\"a\"} 1\n");
  ASSERT_EQ(report.cases.size(), 1u);
  EXPECT_EQ(report.cases.front().line, 5u);
  EXPECT_EQ(report.cases.front().reason,
            "out of order sample for requests_total{job=\"a\"}: 0 ms is not after 600000 ms");
}

TEST(Script, ClearStartsAnew) {
  EXPECT_EQ(outcome("clear\nload 1m\n  requests_total{job=\"a\"} 7\n\n"
                    "eval instant at 0 requests_total\n  requests_total{job=\"a\"} 7\n"),
            "passed");
}

TEST(Script, StartTimestampsGoToTheLineAfterThem) {
  EXPECT_EQ(outcome("load 1m\n  x@st -30s _\n  x     1    5\n\n"
                    "eval instant at 1m increase(x[2m])\n  {} 5\n"),
            "passed");
}

TEST(Script, MissingFileIsAnError) {
  const tocsin::testing::FakeClock clock;
  const auto report = run_script_file("/nowhere/x.test", {}, clock);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, base::Code::kNotFound);
}

TEST(Script, ErrorsOfFilesCarryPathAndLine) {
  const std::string file = std::string(tocsin::testing::source_dir()) + "/CMakeLists.txt";
  const auto report = run_script_file(file, {}, tocsin::testing::FakeClock());
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().where.file, file);
  EXPECT_EQ(report.error().where.line, 1u);
}

}  // namespace
}  // namespace tocsin::promql
