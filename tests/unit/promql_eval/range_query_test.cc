// Range queries: every step as an instant query would have it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "running.h"

namespace tocsin::promql::test {
namespace {

TEST(RangeQuery, StepsAndHoles) {
  TableSource source;
  source.load(60'000, "m{a=\"1\"}", "1 2 stale 4 5");
  source.load(60'000, "m{a=\"0\"}", "_ 7 _ _ _");
  EXPECT_EQ(range("m", source, {0, 240'000, 60'000}),
            "m{a=\"0\"} 7@60000 7@120000 7@180000 7@240000\n"
            "m{a=\"1\"} 1@0 2@60000 4@180000 5@240000\n");
  EXPECT_EQ(range("m{a=\"1\"} > 3", source, {0, 240'000, 60'000}),
            "m{a=\"1\"} 4@180000 5@240000\n");
  EXPECT_EQ(range("topk(1, m)", source, {60'000, 180'000, 120'000}),
            "m{a=\"0\"} 7@60000 7@180000\n");
  EXPECT_EQ(range("time()", source, {0, 60'000, 60'000}), "{} 0@0 60@60000\n");
}

TEST(RangeQuery, FixedPartsAreRepeated) {
  TableSource source;
  source.load(60'000, "m", "1 2 3 4 5");
  EXPECT_EQ(range("m @ end() - m", source, {0, 120'000, 60'000}), "{} 2@0 1@60000 0@120000\n");
  EXPECT_EQ(range("sum_over_time(m[2m] @ start())", source, {120'000, 240'000, 60'000}),
            "{} 5@120000 5@180000 5@240000\n");
  EXPECT_EQ(range("sum_over_time(m[step()*2])", source, {120'000, 180'000, 60'000}),
            "{} 5@120000 7@180000\n");
}

/// What sorting says of m, `result`, when it has no effect.
std::string unsorted(const std::string& result, const std::string& where) {
  return result +
         "\nwarning: PromQL warning: sort is ineffective for range queries since results are "
         "always ordered by labels (" +
         where + ")\n";
}

TEST(RangeQuery, SortHasNoEffectFromOneTimeToAnother) {
  TableSource source;
  source.load(60'000, "m", "1 2");
  EXPECT_EQ(range("sort(m)", source, {0, 60'000, 60'000}), unsorted("m 1@0 2@60000", "1:1"));
  // Even where no second step fits in between.
  EXPECT_EQ(range("sort(m)", source, {0, 1'000, 60'000}), unsorted("m 1@0", "1:1"));
  EXPECT_EQ(range("sort_by_label(m, \"a\")", source, {0, 1'000, 60'000}), unsorted("m 1@0", "1:1"));
  EXPECT_EQ(range("sort(m)", source, {0, 0, 60'000}), "m 1@0\n");
  EXPECT_EQ(range("sort_by_label_desc(m, \"a\")", source, {0, 0, 60'000}), "m 1@0\n");
}

TEST(RangeQuery, SortOfOneMomentIsNoRange) {
  TableSource source;
  source.load(60'000, "m", "1 2");
  EXPECT_EQ(range("sort(m @ 60)", source, {0, 60'000, 60'000}), "m 2@0 2@60000\n");
  // Subqueries are from their first step to the query's time.
  EXPECT_EQ(range("max_over_time(sort(m)[1m:1m])", source, {60'000, 60'000, 60'000}),
            "{} 2@60000\n");
  EXPECT_EQ(range("max_over_time(sort(m)[1m:1m])", source, {61'000, 61'000, 60'000}),
            unsorted("{} 2@61000", "1:15"));
  EXPECT_EQ(instant("max_over_time(sort(m)[1m:1m])", source, 60'000), "{} 2\n");
}

TEST(RangeQuery, NeedsAVectorOrScalar) {
  TableSource source;
  EXPECT_EQ(range("m[1m]", source, {0, 10, 10}),
            "error: invalid expression type \"range vector\" for range query, must be Scalar or "
            "instant Vector");
}

/// Counters and gauges with holes, stale markers, resets and NaN, in streams of several rows.
void fill_randomly(TableSource& source, uint32_t seed) {
  std::mt19937 random(seed);
  for (int stream = 0; stream < 4; ++stream) {
    Table& table = source.add_table();
    for (int row = 0; row < 9; ++row) {
      table.labels.push_back(base::Labels::of({{"__name__", "x_total"},
                                               {"s", std::to_string(stream)},
                                               {"g", std::to_string(row % 3)},
                                               {"r", std::to_string(row)}}));
    }
    std::vector<double> last(9, 0);
    for (int c = 0; c < 60; ++c) {
      std::vector<double> values(9);
      for (size_t row = 0; row < 9; ++row) {
        const auto kind = random() % 50;
        last[row] = kind == 0 ? 0 : last[row] + static_cast<double>(random() % 100) / 8;
        values[row] = last[row];
        if (stream != 0 && kind == 1) values[row] = base::absent_marker();
        if (stream != 0 && kind == 2) values[row] = base::stale_marker();
        if (kind == 3) values[row] = std::nan("");
      }
      table.add_column(c * 15'000 + stream * 700, std::move(values));
    }
  }
}

class StepByStep : public testing::TestWithParam<const char*> {};

TEST_P(StepByStep, EqualsInstantQueries) {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    TableSource source;
    fill_randomly(source, seed);
    auto query = prepare(GetParam(), source);
    ASSERT_TRUE(query.ok()) << query.error().to_string();
    const EvalRange whole{0, 1'200'000, 37'000};
    const auto matrix = (*query)->run(whole);
    ASSERT_TRUE(matrix.ok()) << matrix.error().to_string();
    std::map<std::pair<base::TimestampMs, std::string>, double> expected;
    for (const ResultSeries& series : matrix->series) {
      for (const Point& point : series.points) {
        expected[{point.t, series.labels.to_braces()}] = point.v;
      }
    }
    size_t found = 0;
    for (base::TimestampMs t = whole.start; t <= whole.end; t += whole.step) {
      const auto vector = (*query)->run({t, t, 0});
      ASSERT_TRUE(vector.ok()) << vector.error().to_string();
      for (const ResultSeries& series : vector->series) {
        ++found;
        const auto at = expected.find({t, series.labels.to_braces()});
        ASSERT_NE(at, expected.end()) << GetParam() << " " << t << series.labels.to_braces();
        const double v = series.points[0].v;
        ASSERT_TRUE(at->second == v || (std::isnan(at->second) && std::isnan(v)))
            << GetParam() << " at " << t << ": " << at->second << " and " << v;
      }
    }
    EXPECT_EQ(found, expected.size());
    EXPECT_GT(found, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, StepByStep,
    testing::Values("x_total", "x_total > 100", "rate(x_total[5m])", "increase(x_total[90s])",
                    "irate(x_total[2m])", "delta(x_total[3m])", "avg_over_time(x_total[3m])",
                    "stddev_over_time(x_total[3m])", "quantile_over_time(0.3, x_total[3m])",
                    "changes(x_total[3m])", "resets(x_total[5m])", "deriv(x_total[4m])",
                    "predict_linear(x_total[4m], 600)", "sum by (g) (rate(x_total[5m]))",
                    "max_over_time(sum by (g) (x_total)[3m:30s])",
                    "rate(x_total[2m]) / on(s, r, g) rate(x_total[4m])",
                    "x_total * on(s) group_left sum by (s) (x_total)",
                    "x_total{g=\"1\"} or x_total{g=\"2\"} unless x_total > 50",
                    "count by (g) (x_total) > bool 5", "absent_over_time(x_total{r=\"1\"}[15s])",
                    "stdvar(x_total)", "topk by (s) (2, x_total)"));

/// More rows and columns than are worked on at once.
TEST(RangeQuery, BlocksOfRowsEqualInstantQueries) {
  constexpr size_t kRows = 150;
  TableSource source;
  Table& table = source.add_table();
  std::mt19937 random(3);
  for (size_t row = 0; row < kRows; ++row) {
    table.labels.push_back(base::Labels::of({{"__name__", "x_total"}, {"r", std::to_string(row)}}));
  }
  for (int c = 0; c < 600; ++c) {
    std::vector<double> values(kRows);
    for (double& v : values) v = static_cast<double>(random() % 50) / 8;
    table.add_column(c * 15'000, std::move(values));
  }
  for (const char* text : {"changes(x_total[20m])", "resets(x_total[20m])", "rate(x_total[20m])",
                           "avg_over_time(x_total[20m])", "deriv(x_total[20m])"}) {
    auto query = prepare(text, source);
    ASSERT_TRUE(query.ok()) << query.error().to_string();
    const auto matrix = (*query)->run({0, 9'000'000, 60'000});
    ASSERT_TRUE(matrix.ok()) << matrix.error().to_string();
    ASSERT_EQ(matrix->series.size(), kRows);
    const base::TimestampMs last = 9'000'000;
    const auto vector = (*query)->run({last, last, 0});
    ASSERT_TRUE(vector.ok()) << vector.error().to_string();
    ASSERT_EQ(vector->series.size(), kRows);
    for (const ResultSeries& series : vector->series) {
      const auto same = std::ranges::find(matrix->series, series.labels, &ResultSeries::labels);
      ASSERT_NE(same, matrix->series.end());
      EXPECT_EQ(same->points.back().t, last);
      EXPECT_EQ(same->points.back().v, series.points[0].v) << text;
    }
  }
}

}  // namespace
}  // namespace tocsin::promql::test
