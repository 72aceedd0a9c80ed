// Instant queries from text to result.
#include <gtest/gtest.h>

#include "running.h"

namespace tocsin::promql::test {
namespace {

class InstantQuery : public testing::Test {
 protected:
  void SetUp() override {
    source_.load(60'000, "http_total{job=\"a\",code=\"200\"}", "0 60 120 180 240 300");
    source_.load(60'000, "http_total{job=\"a\",code=\"500\"}", "0 6 12 18 24 30");
    source_.load(60'000, "http_total{job=\"b\",code=\"200\"}", "0 120 240 0 120 240");
    source_.load(60'000, "limit{job=\"a\"}", "10 10 10 10 10 10");
    source_.load(60'000, "limit{job=\"b\"}", "20 20 20 20 20 20");
    source_.load(60'000, "gone", "1 2 stale _ _ _");
    source_.load(60'000, "holes", "1 _ _ 4 _ 6");
  }
  std::string at5(const std::string& text) { return instant(text, source_, 300'000); }
  TableSource source_;
};

TEST_F(InstantQuery, Literals) {
  EXPECT_EQ(at5("1 + 2 * 3 ^ 2"), "19\n");
  EXPECT_EQ(at5("-7 % 4"), "-3\n");
  EXPECT_EQ(at5("1 > bool 2"), "0\n");
  EXPECT_EQ(at5("\"text\""), "text\n");
  EXPECT_EQ(at5("time()"), "300\n");
  EXPECT_EQ(at5("vector(2)"), "{} 2\n");
}

TEST_F(InstantQuery, SelectorsLookBackAndStopAtStaleMarkers) {
  EXPECT_EQ(at5("limit{job=\"a\"}"), "limit{job=\"a\"} 10\n");
  EXPECT_EQ(at5("gone"), "");
  EXPECT_EQ(instant("gone", source_, 119'999), "gone 2\n");
  EXPECT_EQ(instant("holes", source_, 290'000), "holes 4\n");
  EXPECT_EQ(instant("limit{job=\"a\"}", source_, 599'999), "limit{job=\"a\"} 10\n");
  EXPECT_EQ(instant("limit{job=\"a\"}", source_, 600'000), "") << "the lookback is left-open";
  EXPECT_EQ(at5("http_total{code=\"500\"} offset 2m"), "http_total{code=\"500\", job=\"a\"} 18\n");
  EXPECT_EQ(at5("http_total{code=\"500\"} @ 60"), "http_total{code=\"500\", job=\"a\"} 6\n");
}

TEST_F(InstantQuery, RangeFunctions) {
  EXPECT_EQ(at5("rate(http_total{job=\"a\"}[5m])"),
            "{code=\"200\", job=\"a\"} 1\n{code=\"500\", job=\"a\"} 0.1\n");
  EXPECT_EQ(at5("increase(http_total{job=\"b\"}[5m])"), "{code=\"200\", job=\"b\"} 450\n")
      << "the drop at 3m is a reset";
  EXPECT_EQ(at5("sum_over_time(holes[10m])"), "{} 11\n");
  EXPECT_EQ(at5("count_over_time(gone[10m])"), "{} 2\n");
  EXPECT_EQ(at5("last_over_time(gone[10m])"), "gone 2\n");
  EXPECT_EQ(at5("quantile_over_time(0.5, holes[10m])"), "{} 4\n");
  EXPECT_EQ(at5("holes[10m]"), "holes 1@0 4@180000 6@300000\n");
}

TEST_F(InstantQuery, RateOfAGaugeIsRemarkedOn) {
  EXPECT_EQ(at5("rate(holes[10m])"),
            "{} 0.01\ninfo: PromQL info: metric might not be a counter, name does not end in "
            "_total/_sum/_count/_bucket: \"holes\" (1:6)\n");
}

TEST_F(InstantQuery, Subqueries) {
  EXPECT_EQ(at5("max_over_time(sum(http_total)[5m:1m])"), "{} 570\n");
  EXPECT_EQ(at5("limit{job=\"a\"}[2m:1m]"), "limit{job=\"a\"} 10@240000 10@300000\n");
  EXPECT_EQ(at5("sum_over_time(limit[10s:1h])"), "") << "no step of the grid lies in the window";
}

TEST_F(InstantQuery, VectorAndScalar) {
  EXPECT_EQ(at5("limit > 15"), "limit{job=\"b\"} 20\n");
  EXPECT_EQ(at5("15 > limit"), "limit{job=\"a\"} 10\n") << "the vector's value stays";
  EXPECT_EQ(at5("limit > bool 15"), "{job=\"a\"} 0\n{job=\"b\"} 1\n");
  EXPECT_EQ(at5("100 / limit"), "{job=\"a\"} 10\n{job=\"b\"} 5\n");
  EXPECT_EQ(at5("-limit"), "{job=\"a\"} -10\n{job=\"b\"} -20\n");
}

TEST_F(InstantQuery, SidesAreEvaluatedInTheOrderWritten) {
  const std::string warning =
      "warning: PromQL warning: quantile value should be between 0 and 1, got 2 ";
  EXPECT_EQ(at5("scalar(quantile(2, limit)) == quantile(2, limit)"),
            "{} +Inf\n" + warning + "(1:40)\n");
  EXPECT_EQ(at5("quantile(2, limit) == scalar(quantile(2, limit))"),
            "{} +Inf\n" + warning + "(1:39)\n");
}

TEST_F(InstantQuery, VectorMatching) {
  EXPECT_EQ(at5("limit + limit"), "{job=\"a\"} 20\n{job=\"b\"} 40\n");
  EXPECT_EQ(at5("http_total * on(job) group_left limit"),
            "{code=\"200\", job=\"a\"} 3000\n{code=\"200\", job=\"b\"} 4800\n"
            "{code=\"500\", job=\"a\"} 300\n");
  EXPECT_EQ(at5("limit < on(job) group_right http_total"),
            "http_total{code=\"200\", job=\"a\"} 10\nhttp_total{code=\"200\", job=\"b\"} 20\n"
            "http_total{code=\"500\", job=\"a\"} 10\n");
  EXPECT_EQ(at5("limit == on(job) limit"), "{job=\"a\"} 10\n{job=\"b\"} 20\n");
  EXPECT_EQ(at5("http_total * on(job) limit"),
            "error: multiple matches for labels: many-to-one matching must be explicit "
            "(group_left/group_right)");
  EXPECT_EQ(at5("limit * on(job) http_total"),
            "error: found duplicate series for the match group {job=\"a\"} on the right hand-side "
            "of the operation: [{__name__=\"http_total\", code=\"200\", job=\"a\"}, "
            "{__name__=\"http_total\", code=\"500\", job=\"a\"}];many-to-many matching not "
            "allowed: matching labels must be unique on one side");
  EXPECT_EQ(at5("nothing * on(job) http_total"), "") << "nothing to match, nothing to complain of";
}

TEST_F(InstantQuery, SetOperators) {
  EXPECT_EQ(at5("limit and on(job) http_total{code=\"500\"}"), "limit{job=\"a\"} 10\n");
  EXPECT_EQ(at5("limit unless on(job) http_total{code=\"500\"}"), "limit{job=\"b\"} 20\n");
  EXPECT_EQ(at5("limit{job=\"a\"} or limit"), "limit{job=\"a\"} 10\nlimit{job=\"b\"} 20\n");
}

TEST_F(InstantQuery, Aggregations) {
  EXPECT_EQ(at5("sum(http_total)"), "{} 570\n");
  EXPECT_EQ(at5("sum by (job) (http_total)"), "{job=\"a\"} 330\n{job=\"b\"} 240\n");
  EXPECT_EQ(at5("max without (job) (http_total)"), "{code=\"200\"} 300\n{code=\"500\"} 30\n");
  EXPECT_EQ(at5("count(nothing)"), "");
  EXPECT_EQ(at5("quantile(0.5, limit)"), "{} 15\n");
  EXPECT_EQ(at5("stddev(limit)"), "{} 5\n");
  EXPECT_EQ(at5("group(limit)"), "{} 1\n");
  EXPECT_EQ(at5("count_values(\"v\", limit)"), "{v=\"10\"} 1\n{v=\"20\"} 1\n");
}

TEST_F(InstantQuery, TopkAndSortDecideTheOrder) {
  const EvalOptions options;
  EXPECT_EQ(instant("topk(2, http_total)", source_, 300'000, options, true),
            "http_total{code=\"200\", job=\"a\"} 300\nhttp_total{code=\"200\", job=\"b\"} 240\n");
  EXPECT_EQ(instant("sort_desc(limit)", source_, 300'000, options, true),
            "limit{job=\"b\"} 20\nlimit{job=\"a\"} 10\n");
  EXPECT_EQ(at5("topk(NaN, limit)"), "error: Parameter value is NaN");
  EXPECT_EQ(at5("topk(0, limit)"), "");
  EXPECT_EQ(at5("bottomk(1, limit)"), "limit{job=\"a\"} 10\n");
}

TEST_F(InstantQuery, Absent) {
  EXPECT_EQ(at5("absent(nothing{job=\"x\",env=~\"p.*\"})"), "{job=\"x\"} 1\n");
  EXPECT_EQ(at5("absent(limit)"), "");
  EXPECT_EQ(at5("absent(sum(nothing{job=\"x\"}))"), "{} 1\n");
  EXPECT_EQ(at5("absent_over_time(gone[3m])"), "{} 1\n");
}

TEST_F(InstantQuery, LabelFunctions) {
  EXPECT_EQ(at5("label_replace(limit{job=\"a\"}, \"x\", \"<$1>\", \"job\", \"(.*)\")"),
            "limit{job=\"a\", x=\"<a>\"} 10\n");
  EXPECT_EQ(at5("label_join(limit{job=\"a\"}, \"x\", \"-\", \"job\", \"job\")"),
            "limit{job=\"a\", x=\"a-a\"} 10\n");
  EXPECT_EQ(at5("label_replace(limit, \"job\", \"\", \"job\", \".*\")"),
            "error: vector cannot contain metrics with the same labelset");
}

TEST_F(InstantQuery, NamesAreDroppedAtOnceOrAtTheEnd) {
  source_.load(60'000, "limit_total{job=\"a\"}", "1 2 3 4 5 6");
  source_.rows_changed();
  const std::string both = "{__name__=~\"limit|limit_total\", job=\"a\"}";
  EXPECT_EQ(at5("abs(" + both + ")"),
            "error: vector cannot contain metrics with the same labelset");
  EvalOptions delayed;
  delayed.features.delayed_name_removal = true;
  EXPECT_EQ(instant("abs(" + both + ")", source_, 300'000, delayed),
            "error: vector cannot contain metrics with the same labelset");
  EXPECT_EQ(instant("sum by (__name__) (abs(" + both + "))", source_, 300'000, delayed),
            "error: vector cannot contain metrics with the same labelset");
  EXPECT_EQ(
      instant("label_replace(abs(" + both + "), \"__name__\", \"abs_$1\", \"__name__\", \"(.*)\")",
              source_, 300'000, delayed),
      "abs_limit_total{job=\"a\"} 6\nabs_limit{job=\"a\"} 10\n");
}

TEST_F(InstantQuery, HistogramQuantile) {
  source_.load(60'000, "h_bucket{le=\"1\"}", "0 0 0 0 0 5");
  source_.load(60'000, "h_bucket{le=\"2\"}", "0 0 0 0 0 10");
  source_.load(60'000, "h_bucket{le=\"+Inf\"}", "0 0 0 0 0 10");
  source_.load(60'000, "h_bucket{le=\"x\"}", "0 0 0 0 0 10");
  source_.rows_changed();
  EXPECT_EQ(at5("histogram_quantile(0.75, h_bucket)"),
            "{} 1.5\nwarning: PromQL warning: bucket label \"le\" is missing or has a malformed "
            "value of \"x\" (1:26)\n");
  EXPECT_NE(at5("histogram_quantile(2, h_bucket{le!=\"x\"})").find("got 2 (1:20)"),
            std::string::npos);
}

TEST_F(InstantQuery, HistogramQuantilesOfDifferentBuckets) {
  const auto load = [this](const std::string& labels, const std::string& last) {
    source_.load(60'000, "h_bucket{" + labels + "}", "0 0 0 0 0 " + last);
  };
  for (const std::string a : {"1", "2", "3", "4"}) {  // The third has bounds of its own.
    const std::string twice = a == "3" ? "4" : "2";
    load("a=\"" + a + "\",le=\"+Inf\"", "10");
    load("a=\"" + a + "\",le=\"" + twice + "\"", "10");
    load("a=\"" + a + "\",le=\"1\"", "5");
  }
  load("a=\"5\",le=\"+Inf\"", "10");
  load("a=\"5\",le=\"1\"", "10");
  source_.rows_changed();
  EXPECT_EQ(at5("histogram_quantile(0.75, h_bucket)"),
            "{a=\"1\"} 1.5\n{a=\"2\"} 1.5\n{a=\"3\"} 2.5\n{a=\"4\"} 1.5\n{a=\"5\"} 0.75\n");
  EXPECT_EQ(at5("histogram_quantile(0.75, abs(h_bucket))"),
            "{a=\"1\"} 1.5\n{a=\"2\"} 1.5\n{a=\"3\"} 2.5\n{a=\"4\"} 1.5\n{a=\"5\"} 0.75\n");
}

TEST_F(InstantQuery, DurationsAreWorkedOut) {
  EXPECT_EQ(at5("count_over_time(limit{job=\"a\"}[1m * 2])"), "{job=\"a\"} 2\n");
  EXPECT_EQ(at5("count_over_time(limit{job=\"a\"}[step()])"),
            "error: 31:37: duration must be greater than 0");
}

TEST_F(InstantQuery, RulesReadFramesAndFollowNewSeries) {
  auto query = prepare("limit > 5", source_);
  ASSERT_TRUE(query.ok());
  auto frame = (*query)->run_instant(300'000);
  ASSERT_TRUE(frame.ok());
  const uint64_t id = frame->schema->id;
  ASSERT_EQ(frame->schema->labels.size(), 2u);
  EXPECT_TRUE(frame->has(0) && frame->has(1));
  EXPECT_EQ(frame->values[1], 20);
  EXPECT_EQ((*query)->run_instant(300'000)->schema->id, id);
  source_.load(60'000, "limit{job=\"c\"}", "7 7 7 7 7 7");
  source_.rows_changed();
  frame = (*query)->run_instant(300'000);
  EXPECT_NE(frame->schema->id, id);
  EXPECT_EQ(frame->schema->labels.size(), 3u);
  auto matrix = prepare("limit[5m]", source_);
  ASSERT_TRUE(matrix.ok());
  EXPECT_EQ((*matrix)->run_instant(300'000).error().message,
            "rule result is not a vector or scalar");
}

}  // namespace
}  // namespace tocsin::promql::test
