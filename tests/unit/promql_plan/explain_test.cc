// Explanations: what operators did, and which series they lost.
// UPDATE_GOLDENS=1 rewrites tests/golden/explain/; review the difference.
#include "promql/plan/explain.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/fake_time.h"
#include "tests/support/source_dir.h"
#include "tests/unit/promql_eval/table_source.h"

namespace tocsin::promql::test {
namespace {

void expect_golden(const std::string& name, const std::string& got) {
  const std::string path = std::string(tocsin::testing::source_dir()) + "/tests/golden/" + name;
  if (std::getenv("UPDATE_GOLDENS") != nullptr) std::ofstream(path) << got;
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(got, text.str()) << name;
}

class Explain : public ::testing::Test {
 protected:
  void SetUp() override {
    source_.load(60'000, "temp{gpu=\"0\",host=\"a\"}", "70 71 72 73 74 89.3");
    source_.load(60'000, "temp{gpu=\"1\",host=\"a\"}", "70 70 70 70 70 85");
    source_.load(60'000, "temp{gpu=\"0\",host=\"b\"}", "70 70 70 70 70 40");
    source_.load(60'000, "temp{gpu=\"1\",host=\"b\"}", "50 stale _ _ _ _");
    source_.load(60'000, "old{host=\"a\"}", "5 _ _ _ _ _");
    source_.load(60'000, "later{host=\"a\"}", "_ _ _ _ _ _ _ _ 1");
    source_.load(60'000, "up{host=\"a\"}", "1 1 1 1 1 1");
    source_.load(60'000, "up{host=\"c\"}", "0 0 0 0 0 0");
    source_.load(60'000, "errors_total{host=\"a\"}", "0 1 2 3 4 5");
    source_.load(60'000, "errors_total{host=\"b\"}", "_ _ _ _ _ 5");
  }

  Explanation explain_over(const std::string& text, const EvalRange& range,
                           const EvalOptions& options = {}) {
    const auto expr = parse_expr(text, Features::all());
    EXPECT_TRUE(expr) << text;
    auto out = explain(**expr, text, source_, options, clock_, range);
    EXPECT_TRUE(out) << text << ": " << out.error().to_string();
    return *std::move(out);
  }
  Explanation explain_at5(const std::string& text) {
    return explain_over(text, {300'000, 300'000, 0});
  }
  /// Why the result is empty, a cause a line, without what is said besides.
  std::string verdict(const std::string& text) {
    std::string out;
    for (const std::string& cause : explain_at5(text).verdict) {
      if (!cause.starts_with("besides, ")) out += cause + "\n";
    }
    return out;
  }

  TableSource source_;
  tocsin::testing::FakeClock clock_;
};

TEST_F(Explain, PrintsPlansForPeople) {
  std::string text;
  for (const char* query :
       {"temp > 90 and on (host) up == 1", "max by (host) (temp) > on (host) up",
        "rate(errors_total[5m]) > 0.1", "temp - up", "up unless on (host) temp",
        "max_over_time(temp[5m:1m]) > 80", "temp > scalar(up)", "topk(1, temp)", "\"text\""}) {
    text += to_text(explain_at5(query)) + "\n";
  }
  text += to_text(explain_over("temp > 80", {0, 300'000, 60'000}));
  expect_golden("explain/plans.txt", text);
}

TEST_F(Explain, ShowsWhatRewritesDid) {
  using Texts = std::vector<std::string>;
  const Explanation pushed = explain_at5("temp and on (host) up{host=\"a\"}");
  ASSERT_EQ(pushed.root.children.size(), 2u);
  const ExplainNode& left = pushed.root.children[0];
  EXPECT_EQ(left.title, "temp{host=\"a\"}");
  EXPECT_EQ(left.rows, 2u);
  EXPECT_EQ(left.notes,
            Texts{"host=\"a\" was not written: it comes from the other side of a join"});
  EXPECT_EQ(pushed.root.children[1].notes, Texts());

  const Explanation fixed =
      explain_over("temp > on (gpu, host) max_over_time(temp[2m] @ 60)", {60'000, 300'000, 60'000});
  ASSERT_EQ(fixed.root.children.size(), 2u);
  EXPECT_EQ(fixed.root.children[1].notes, Texts{"is the same at every step and evaluated once"});
  EXPECT_EQ(fixed.root.children[1].steps, 1u);

  const Explanation folded = explain_at5("temp > 9 * 10");
  EXPECT_EQ(folded.root.title, "> 90");
}

TEST_F(Explain, WritesThemForPrograms) {
  expect_golden("explain/plan.json",
                to_json(explain_at5("temp > 80 and on (host) up == 1")) + "\n");
}

TEST_F(Explain, FindsTheOperatorThatLeftNothing) {
  EXPECT_EQ(verdict("sum(temp > 90) > 0"),
            "all 3 series removed by > 90; nearest: temp{gpu=\"0\", host=\"a\"} = 89.3\n");
  EXPECT_EQ(verdict("temp > 80 and on (host) up == 2"),
            "both series removed by == 2; nearest: up{host=\"a\"} = 1\n");
  EXPECT_EQ(verdict("temp > 90 or up > 1"),
            "all 3 series removed by > 90; nearest: temp{gpu=\"0\", host=\"a\"} = 89.3\n"
            "both series removed by > 1; nearest: up{host=\"a\"} = 1\n");
  EXPECT_EQ(verdict("old"),
            "old: the one series has no sample within the lookback of 5m; e.g. old{host=\"a\"} = "
            "5, last sample 1970-01-01T00:00:00Z, 5m before\n");
  EXPECT_EQ(verdict("later"),
            "later: the one series has no sample up to this time; e.g. later{host=\"a\"}\n");
  EXPECT_EQ(verdict("absent(up)"),
            "absent(…): empty, as absent() is while there is a series: there are 2\n");
  EXPECT_EQ(verdict("up unless on () up"),
            "both series on the left removed: the right has a partner on (); e.g. "
            "up{host=\"a\"}\n");
  EXPECT_EQ(verdict("up"), "") << "not empty";
}

TEST_F(Explain, TellsOfMissingSeriesThatMightHaveFired) {
  const auto verdict = explain_at5("temp > 90").verdict;
  ASSERT_EQ(verdict.size(), 2u);
  EXPECT_EQ(
      verdict[1],
      "besides, temp: 1 of 4 series ended: a stale marker says that the target or the series "
      "is gone; e.g. temp{gpu=\"1\", host=\"b\"} = 50, ended 1970-01-01T00:01:00Z, 4m before");
}

TEST_F(Explain, NamesWhatASelectorMayHaveMeant) {
  EXPECT_EQ(verdict("tmp"), "tmp: no series matches; there is no metric tmp; did you mean temp?\n");
  EXPECT_EQ(verdict("errors_count"),
            "errors_count: no series matches; there is no metric errors_count; did you mean "
            "errors_total?\n");
  EXPECT_EQ(verdict("nothing_like_it"),
            "nothing_like_it: no series matches; there is no metric nothing_like_it\n");
  EXPECT_EQ(verdict("temp{host=\"z\"}"),
            "temp{host=\"z\"}: no series matches; 4 series would match without host=\"z\"; there "
            "host is \"a\", \"b\"\n");
  EXPECT_EQ(verdict("up{host=\"z\",gpu=\"9\"}"),
            "up{gpu=\"9\",host=\"z\"}: no series matches; up has 2 series, none with these labels "
            "together; one is up{host=\"a\"}\n");
  EXPECT_EQ(verdict("{\"tempé\"}"),
            "{__name__=\"tempé\"}: no series matches; there is no metric tempé\n");
}

TEST_F(Explain, CountsAsTheEvaluatorDoes) {
  const Explanation found = explain_at5("rate(errors_total[5m]) > 0.01");
  EXPECT_EQ(found.root.rows, 1u);
  EXPECT_EQ(found.stats.samples_read, 6u);
  ASSERT_EQ(found.root.children.size(), 1u);
  const ExplainNode& selector = found.root.children[0].children[0];
  EXPECT_EQ(selector.kind, "range selector");
  EXPECT_EQ(selector.matched, 2u);
  EXPECT_EQ(selector.samples_read, 6u);
  ASSERT_EQ(found.result.size(), 1u);
  EXPECT_EQ(found.result[0].labels.to_metric(), "{host=\"a\"}");
}

TEST_F(Explain, KeepsWhatRanBeforeAnError) {
  const Explanation failed = explain_at5("sum(temp) + on (host) (temp * on (host) up{host=\"a\"})");
  ASSERT_TRUE(failed.error);
  EXPECT_NE(failed.error->message.find("many-to-one"), std::string::npos) << failed.error->message;
  EXPECT_FALSE(failed.root.ran);
  EXPECT_TRUE(failed.root.children[0].ran);
  EXPECT_NE(to_text(failed).find("failed: "), std::string::npos);
}

TEST_F(Explain, StaysWithinLimits) {
  EvalOptions options;
  options.limits.samples_max = 2;
  const Explanation failed = explain_over("temp", {300'000, 300'000, 0}, options);
  ASSERT_TRUE(failed.error);
  EXPECT_EQ(failed.error->code, base::Code::kLimit);
}

}  // namespace
}  // namespace tocsin::promql::test
