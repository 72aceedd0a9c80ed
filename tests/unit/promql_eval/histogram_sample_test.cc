// Native histogram samples: carried, counted or refused by name; never taken for a number.
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

TEST_F(HistogramSamples, WithTheSameBucketsHaveARate) {
  EXPECT_EQ(at3("increase(h_total[3m])"), "{} histogram\n");
  auto query = prepare("increase(h_total[3m])", source_);
  ASSERT_TRUE(query.ok());
  auto result = (*query)->run({180'000, 180'000, 0});
  ASSERT_TRUE(result.ok());
  // Counts 2, 3, 4 in a window that begins a minute before the first of them.
  EXPECT_DOUBLE_EQ(result->series[0].points[0].h->count, 3);
  auto other = std::make_shared<base::FloatHistogram>(*histogram(9));
  other->schema = 3;
  MixedTable& table = source_.add_mixed();
  table.labels = *parse_metric("other_total");
  table.t = {0, 60'000};
  table.v = {0, 0};
  table.h = {histogram(1), other};
  source_.rows_changed();
  EXPECT_EQ(instant("rate(other_total[5m])", source_, 60'000),
            "error: 1:6: native histogram samples are not supported by rate in this version");
}

TEST_F(HistogramSamples, AreRefusedByName) {
  EXPECT_EQ(at3("irate(h_total[5m])"),
            "error: 1:7: native histogram samples are not supported by irate in this version");
  EXPECT_EQ(at3("sum(h_total)"),
            "error: 1:5: native histogram samples are not supported by sum in this version");
  EXPECT_EQ(at3("-h_total"),
            "error: 1:1: native histogram samples are not supported by unary - in this version");
  EXPECT_EQ(at3("h_total * 2"),
            "error: 1:1: native histogram samples are not supported by operator * in this version");
  EXPECT_EQ(at3("h_total + h_total"),
            "error: 1:1: native histogram samples are not supported by operator + in this version");
}

TEST_F(HistogramSamples, UnsupportedPartsAreRefusedWhenPrepared) {
  EXPECT_EQ(at3("1 + histogram_count(h_total)"),
            "error: 1:5: function histogram_count() is not supported in this version");
  EXPECT_EQ(at3("limitk(1, h_total)"),
            "error: 1:1: aggregation limitk is not supported in this version");
  EXPECT_EQ(at3("rate(h_total[5m] anchored)"),
            "error: 1:6: modifier anchored is not supported in this version");
}

}  // namespace
}  // namespace tocsin::promql::test
