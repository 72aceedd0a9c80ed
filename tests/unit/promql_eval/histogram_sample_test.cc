// Native histogram samples in queries: carried, counted, computed; never taken for a number.
#include <gtest/gtest.h>

#include "running.h"

namespace tocsin::promql::test {
namespace {

base::HistogramPtr histogram(double count) {
  auto h = std::make_shared<base::FloatHistogram>();
  h->count = count;
  h->sum = count;
  h->zero_count = count;
  return h;
}

/// h_total: histograms at 0…3 minutes; mixed_total: two floats, then two histograms.
class HistogramSamples : public testing::Test {
 protected:
  void SetUp() override {
    MixedTable& pure = source_.add_mixed();
    pure.labels = *parse_metric("h_total");
    MixedTable& mixed = source_.add_mixed();
    mixed.labels = *parse_metric("mixed_total");
    for (int i = 0; i < 4; ++i) {
      for (MixedTable* table : {&pure, &mixed}) {
        const bool is_float = table == &mixed && i < 2;
        table->t.push_back(i * 60'000);
        table->v.push_back(i);
        table->h.push_back(is_float ? nullptr : histogram(i + 1));
      }
    }
  }
  std::string at3(const std::string& text) { return instant(text, source_, 180'000); }
  TableSource source_;
};

TEST_F(HistogramSamples, PassThroughSelectorsAndSetOperators) {
  EXPECT_EQ(at3("h_total"), "h_total histogram\n");
  EXPECT_EQ(instant("mixed_total", source_, 60'000), "mixed_total 1\n");
  EXPECT_EQ(at3("h_total and mixed_total"), "h_total histogram\n");
  EXPECT_EQ(at3("last_over_time(mixed_total[5m])"), "mixed_total histogram\n");
  EXPECT_EQ(at3("first_over_time(mixed_total[5m])"), "mixed_total 0\n");
  EXPECT_EQ(at3("timestamp(h_total)"), "{} 180\n");
}

TEST_F(HistogramSamples, OfASubqueryStandBesideFloats) {
  source_.load(60'000, "a_total", "1 2 3 4");
  source_.load(60'000, "z_total", "4 3 2 1");
  EXPECT_EQ(at3("last_over_time({__name__=~\"a_total|h_total|z_total\"}[2m:1m])"),
            "a_total 4\nh_total histogram\nz_total 1\n");
  EXPECT_EQ(at3("sum_over_time(label_replace({__name__=~\"a_total|h_total|z_total\"}, \"n\", "
                "\"$1\", \"__name__\", \"(.).*\")[2m:1m])"),
            "{n=\"a\"} 7\n{n=\"h\"} histogram\n{n=\"z\"} 3\n");
}

TEST_F(HistogramSamples, AreNotSortedInRangesEither) {
  EXPECT_EQ(range("sort(mixed_total)", source_, {0, 180'000, 60'000}),
            "mixed_total 0@0 1@60000\n"
            "warning: PromQL warning: sort is ineffective for range queries since results are "
            "always ordered by labels (1:1)\n");
}

TEST_F(HistogramSamples, AreCounted) {
  EXPECT_EQ(at3("count({__name__=~\".*_total\"})"), "{} 2\n");
  EXPECT_EQ(at3("count_over_time(mixed_total[5m])"), "{} 4\n");
  EXPECT_EQ(at3("absent(h_total)"), "");
}

TEST_F(HistogramSamples, AreIgnoredWhereUpstreamIgnoresThem) {
  EXPECT_EQ(at3("abs(h_total)"), "");
  EXPECT_EQ(at3("max_over_time(mixed_total[5m])"),
            "{} 1\ninfo: PromQL info: ignored histograms in a range containing both floats and "
            "histograms for metric name \"mixed_total\" (1:15)\n");
  // As upstream: the first argument, not the range.
  EXPECT_EQ(at3("quantile_over_time(1, mixed_total[5m])"),
            "{} 1\ninfo: PromQL info: ignored histograms in a range containing both floats and "
            "histograms for metric name \"mixed_total\" (1:20)\n");
  EXPECT_EQ(at3("max(h_total)"), "info: PromQL info: ignored histogram in max aggregation (1:5)\n");
  EXPECT_EQ(at3("h_total > 1"),
            "info: PromQL info: incompatible sample types encountered for binary operator \">\": "
            "histogram > float (1:1)\n");
}

TEST_F(HistogramSamples, WarnWhenMixed) {
  EXPECT_EQ(at3("rate(mixed_total[5m])"),
            "warning: PromQL warning: encountered a mix of histograms and floats for metric name "
            "\"mixed_total\" (1:6)\n");
}

TEST_F(HistogramSamples, HaveARate) {
  auto query = prepare("increase(h_total[3m])", source_);
  ASSERT_TRUE(query.ok());
  auto result = (*query)->run({180'000, 180'000, 0});
  ASSERT_TRUE(result.ok());
  // Counts 2, 3, 4 in a window that begins a minute before the first of them.
  EXPECT_DOUBLE_EQ(result->series[0].points[0].h->count, 3);
  EXPECT_EQ(at3("histogram_count(increase(h_total[3m]))"), "{} 3\n");
  EXPECT_EQ(at3("histogram_sum(irate(h_total[3m])) * 60"), "{} 1\n");
}

TEST_F(HistogramSamples, AreComputedWith) {
  EXPECT_EQ(at3("histogram_count(sum(h_total))"), "{} 4\n");
  EXPECT_EQ(at3("histogram_count(avg_over_time(h_total[5m]))"), "{} 2.5\n");
  EXPECT_EQ(at3("histogram_count(-h_total)"), "{} -4\n");
  EXPECT_EQ(at3("histogram_count(h_total * 2)"), "{} 8\n");
  EXPECT_EQ(at3("histogram_count(h_total + h_total)"), "{} 8\n");
  EXPECT_EQ(at3("h_total == h_total"), "h_total histogram\n");
  EXPECT_EQ(at3("h_total != h_total"), "");
  EXPECT_EQ(at3("changes(mixed_total[5m])"), "{} 3\n");
  EXPECT_EQ(at3("resets(mixed_total[5m])"), "{} 1\n");
  EXPECT_EQ(at3("count_values(\"h\", h_total)"), "{h=\"{count:4, sum:4, [-0,0]:4}\"} 1\n");
}

TEST_F(HistogramSamples, DoNotMixWithFloats) {
  EXPECT_EQ(at3("h_total + 1"),
            "info: PromQL info: incompatible sample types encountered for binary operator \"+\": "
            "histogram + float (1:1)\n");
  EXPECT_EQ(at3("vector(1) </ 2"),
            "info: PromQL info: incompatible sample types encountered for binary operator \"</\": "
            "float </ float (1:1)\n");
  EXPECT_EQ(
      at3("sum({__name__=~\"h_total\"} or label_replace(vector(1), \"a\", \"b\", \"\", \"\"))"),
      "warning: PromQL warning: encountered a mix of histograms and floats for aggregation "
      "(1:5)\n");
}

}  // namespace
}  // namespace tocsin::promql::test
