// Column kernels give the bits of row kernels; row kernels agree with slow, obvious versions.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "promql/eval/kernels_histogram.h"
#include "promql/eval/kernels_math.h"
#include "promql/eval/kernels_over_time.h"
#include "promql/eval/kernels_rate.h"
#include "promql/eval/kernels_regression.h"
#include "promql/eval/quantile.h"
#include "promql/eval/range_functions.h"

namespace tocsin::promql {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// A tile of random values: counters with resets, now and then NaN, Inf or a huge number.
struct RandomTile {
  std::vector<base::TimestampMs> t;
  std::vector<std::vector<double>> columns;
  std::vector<const double*> pointers;
  std::vector<uint8_t> drops;
  WindowTimes times;

  RandomTile(uint32_t seed, size_t rows, size_t count) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> step(0, 10);
    std::uniform_int_distribution<int> special(0, 40);
    base::TimestampMs at = 1'000'000;
    for (size_t c = 0; c < count; ++c) {
      at += 14'000 + static_cast<int>(random() % 2000);
      t.push_back(at);
      columns.emplace_back(rows);
      for (size_t row = 0; row < rows; ++row) {
        const double before = c == 0 ? 0.0 : columns[c - 1][row];
        double v = before + step(random);
        const int kind = special(random);
        if (kind == 0) v = step(random);
        if (kind == 1) v = kNan;
        if (kind == 2) v = row % 3 == 0 ? kInf : -kInf;
        if (kind == 3) v = 1e308;
        if (kind == 4) v = before;
        columns[c][row] = v;
      }
    }
    for (size_t c = 0; c < count; ++c) {
      pointers.push_back(columns[c].data());
      bool drop = false;
      for (size_t row = 0; c > 0 && row < rows; ++row)
        drop |= columns[c][row] < columns[c - 1][row];
      drops.push_back(drop ? 1 : 0);
    }
    times = {t.front() - 9'000, t.back() + 7'000, t.back() + 7'000, 300};
  }

  std::vector<double> row(size_t i) const {
    std::vector<double> values;
    for (const auto& column : columns) values.push_back(column[i]);
    return values;
  }
};

TEST(Kernels, ColumnsEqualRowsBitForBit) {
  constexpr size_t kRows = 700;  // More than a block, and no multiple of one.
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    const RandomTile tile(seed, kRows, 2 + seed % 7);
    for (const char* name :
         {"rate", "increase", "delta", "irate", "idelta", "changes", "resets", "avg_over_time",
          "sum_over_time", "min_over_time", "max_over_time", "count_over_time", "present_over_time",
          "first_over_time", "last_over_time", "deriv", "predict_linear"}) {
      const RangeFunction* function = find_range_function(name);
      ASSERT_NE(function, nullptr) << name;
      ASSERT_NE(function->columns, nullptr) << name;
      std::vector<double> out(kRows);
      function->columns({tile.t, tile.pointers.data(), tile.drops.data(), kRows, tile.times}, 0,
                        out.data());
      for (size_t row = 0; row < kRows; ++row) {
        double expected = 0;
        const auto values = tile.row(row);
        ASSERT_TRUE(function->row({tile.t, values, tile.times}, 0, expected));
        if (std::isnan(expected) && std::isnan(out[row])) continue;
        ASSERT_EQ(std::bit_cast<uint64_t>(expected), std::bit_cast<uint64_t>(out[row]))
            << name << " seed " << seed << " row " << row << ": " << expected << " " << out[row];
      }
    }
  }
}

/// extrapolatedRate as its documentation tells it, one sentence after the other.
double slow_rate(const RowWindow& w, bool counter, bool per_second) {
  const size_t n = w.v.size();
  double raw = w.v[n - 1] - w.v[0];
  for (size_t i = 1; counter && i < n; ++i) {
    if (w.v[i] < w.v[i - 1]) raw += w.v[i - 1];
  }
  const double sampled = static_cast<double>(w.t[n - 1] - w.t[0]) / 1000;
  const double gap = sampled / static_cast<double>(n - 1);
  double to_start = static_cast<double>(w.t[0] - w.times.start) / 1000;
  double to_end = static_cast<double>(w.times.end - w.t[n - 1]) / 1000;
  if (to_start >= gap * 1.1) to_start = gap / 2;
  if (counter && raw > 0 && w.v[0] >= 0) to_start = std::min(to_start, sampled * (w.v[0] / raw));
  if (to_end >= gap * 1.1) to_end = gap / 2;
  double factor = (sampled + to_start + to_end) / sampled;
  if (per_second) factor /= w.times.range_seconds;
  return raw * factor;
}

TEST(Kernels, RateAgreesWithItsDefinition) {
  for (uint32_t seed = 100; seed < 120; ++seed) {
    const RandomTile tile(seed, 50, 2 + seed % 9);
    for (size_t row = 0; row < 50; ++row) {
      const auto values = tile.row(row);
      const RowWindow window{tile.t, values, tile.times};
      double out = 0;
      ASSERT_TRUE(rate_row(window, 0, out));
      const double rate = slow_rate(window, true, true);
      EXPECT_TRUE(out == rate || (std::isnan(out) && std::isnan(rate)));
      ASSERT_TRUE(increase_row(window, 0, out));
      const double increase = slow_rate(window, true, false);
      EXPECT_TRUE(out == increase || (std::isnan(out) && std::isnan(increase)));
      ASSERT_TRUE(delta_row(window, 0, out));
      const double delta = slow_rate(window, false, false);
      EXPECT_TRUE(out == delta || (std::isnan(out) && std::isnan(delta)));
    }
  }
}

/// Calls a row kernel on values a minute apart; NaN stands for "no result".
double over(RowKernel kernel, std::vector<double> values, double param = 0) {
  std::vector<base::TimestampMs> t;
  for (size_t i = 0; i < values.size(); ++i) t.push_back(static_cast<int64_t>(i) * 60'000);
  const WindowTimes times{-60'000, t.back(), t.back(), 60.0 * static_cast<double>(values.size())};
  double out = 0;
  return kernel({t, values, times}, param, out) ? out : kNan;
}

TEST(Kernels, SumsKeepWhatRoundingLoses) {
  EXPECT_EQ(over(sum_row, {1, 1e100, 1, -1e100}), 2);
  EXPECT_EQ(over(avg_row, {1, 1e100, 1, -1e100}), 0.5);
  EXPECT_EQ(over(sum_row, {kInf, -1}), kInf);
  EXPECT_TRUE(std::isnan(over(sum_row, {kInf, -kInf})));
  // The sum overflows, the mean does not.
  EXPECT_NEAR(over(avg_row, {1.5e308, 1.5e308, 1.5e308}) / 1.5e308, 1, 1e-12);
  EXPECT_EQ(over(avg_row, {kInf, 1}), kInf);
}

TEST(Kernels, ExtremesPreferNumbers) {
  EXPECT_EQ(over(min_row, {kNan, 3, kNan, 1, 2}), 1);
  EXPECT_EQ(over(max_row, {kNan, 3, kNan, 1, 2}), 3);
  EXPECT_TRUE(std::isnan(over(max_row, {kNan, kNan})));
}

TEST(Kernels, VarianceOfThePopulation) {
  EXPECT_EQ(over(stdvar_row, {10, 10, 10}), 0);
  EXPECT_DOUBLE_EQ(over(stdvar_row, {0, 8, 8, 2, 3}), 10.56);
  EXPECT_DOUBLE_EQ(over(stddev_row, {0, 8, 8, 2, 3}), std::sqrt(10.56));
}

TEST(Kernels, ChangesAndResets) {
  EXPECT_EQ(over(changes_row, {1, 1, 2, kNan, kNan, 2}), 3);
  EXPECT_EQ(over(resets_row, {1, 5, 3, 4, 0}), 2);
}

TEST(Kernels, RegressionIsExactOnLevelAndStraightLines) {
  EXPECT_EQ(over(deriv_row, {7, 7, 7}), 0);
  EXPECT_DOUBLE_EQ(over(deriv_row, {0, 60, 120, 180}), 1);
  EXPECT_DOUBLE_EQ(over(predict_linear_row, {0, 60, 120, 180}, 120), 300);
  EXPECT_TRUE(std::isnan(over(deriv_row, {kInf, kInf})));
  EXPECT_TRUE(std::isnan(over(deriv_row, {1})));
}

TEST(Kernels, LastTwoSamples) {
  EXPECT_DOUBLE_EQ(over(irate_row, {0, 60, 180}), 2);
  EXPECT_DOUBLE_EQ(over(irate_row, {0, 60, 30}), 0.5) << "a reset starts from zero";
  EXPECT_EQ(over(idelta_row, {0, 60, 30}), -30);
}

TEST(Quantile, EdgesAndInterpolation) {
  std::vector<double> values = {3, 1, 2, kNan};
  EXPECT_TRUE(std::isnan(quantile_of(0, values))) << "NaN sorts first";
  EXPECT_EQ(quantile_of(1, values), 3);
  EXPECT_EQ(quantile_of(-0.1, values), -kInf);
  EXPECT_EQ(quantile_of(1.1, values), kInf);
  EXPECT_TRUE(std::isnan(quantile_of(kNan, values)));
  EXPECT_TRUE(std::isnan(quantile_of(0.5, {})));
  std::vector<double> four = {4, 2, 1, 3};
  EXPECT_DOUBLE_EQ(quantile_of(0.5, four), 2.5);
}

double of_buckets(double q, std::vector<Bucket> buckets, bool* forced = nullptr) {
  ForcedMonotonicity mended;
  const double result = bucket_quantile(q, buckets, mended);
  if (forced != nullptr) *forced = mended.forced;
  return result;
}

TEST(BucketQuantile, InterpolatesWithinABucket) {
  EXPECT_DOUBLE_EQ(of_buckets(0.5, {{1, 0}, {2, 10}, {kInf, 10}}), 1.5);
  EXPECT_DOUBLE_EQ(of_buckets(0.25, {{1, 10}, {kInf, 10}}), 0.25) << "the first starts at zero";
  EXPECT_DOUBLE_EQ(of_buckets(0.5, {{-1, 10}, {kInf, 10}}), -1);
  EXPECT_DOUBLE_EQ(of_buckets(0.99, {{1, 1}, {kInf, 10}}), 1) << "the last has no upper end";
  EXPECT_DOUBLE_EQ(of_buckets(0.5, {{1, 0}, {2, 5}, {2, 5}, {kInf, 10}}), 1.5);
}

TEST(BucketQuantile, HasNoResult) {
  EXPECT_TRUE(std::isnan(of_buckets(0.5, {{1, 1}, {2, 2}}))) << "without +Inf";
  EXPECT_TRUE(std::isnan(of_buckets(0.5, {{kInf, 2}})));
  EXPECT_TRUE(std::isnan(of_buckets(0.5, {{1, 0}, {kInf, 0}})));
  EXPECT_EQ(of_buckets(-1, {{1, 0}, {kInf, 0}}), -kInf);
  EXPECT_EQ(of_buckets(2, {{1, 0}, {kInf, 0}}), kInf);
}

TEST(BucketQuantile, MendsFallingCounts) {
  bool forced = false;
  EXPECT_DOUBLE_EQ(of_buckets(0.5, {{1, 4}, {2, 3}, {kInf, 8}}, &forced), 1);
  EXPECT_TRUE(forced);
  of_buckets(0.5, {{1, 1e15}, {2, 1e15 - 0.5}, {kInf, 2e15}}, &forced);
  EXPECT_FALSE(forced) << "rounding noise is mended silently";
}

TEST(MathKernels, GoMaxAndMinAreNotFmax) {
  EXPECT_TRUE(std::isnan(go_max(1, kNan)));
  EXPECT_EQ(go_max(kInf, kNan), kInf);
  EXPECT_EQ(go_min(-kInf, kNan), -kInf);
  EXPECT_FALSE(std::signbit(go_max(-0.0, 0.0)));
  EXPECT_TRUE(std::signbit(go_min(0.0, -0.0)));
}

double math(const char* name, double v, std::vector<double> params = {}) {
  find_math_function(name)->kernel(std::span<double>(&v, 1), params);
  return v;
}

TEST(MathKernels, RoundSignAndDates) {
  EXPECT_EQ(math("round", -2.5), -2);
  EXPECT_EQ(math("round", 2.5), 3);
  EXPECT_TRUE(std::isnan(math("round", 1, {0.0})));
  EXPECT_TRUE(std::signbit(math("sgn", -0.0)));
  EXPECT_EQ(math("year", 1136239445), 2006);
  EXPECT_EQ(math("month", 1136239445), 1);
  EXPECT_EQ(math("day_of_month", 1136239445), 2);
  EXPECT_EQ(math("day_of_week", 1136239445), 1);
  EXPECT_EQ(math("hour", 1136239445), 22);
  EXPECT_EQ(math("minute", 1136239445), 4);
  EXPECT_EQ(math("day_of_year", -1), 365);
  EXPECT_EQ(math("days_in_month", 951782400), 29);
  EXPECT_EQ(math("year", -62135596801), 0) << "the year before 1";
  (void)math("year", kNan);  // Any number will do; it must not be undefined.
}

}  // namespace
}  // namespace tocsin::promql
