// Operations on native histograms as values: laws that hold for random histograms, and the cases
// with numbers of their own.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "promql/eval/frame.h"
#include "promql/eval/histogram_arithmetic.h"
#include "promql/eval/histogram_bounds.h"
#include "promql/eval/histogram_compare.h"
#include "promql/eval/histogram_statistics.h"
#include "promql/eval/histogram_text.h"
#include "promql/eval/histogram_total.h"
#include "promql/eval/histogram_trim.h"

namespace tocsin::promql::test {
namespace {

using base::CounterResetHint;
using base::FloatHistogram;

constexpr double kInf = std::numeric_limits<double>::infinity();

/// Histograms with small whole counts: sums of them are exact.
class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}

  int32_t below(int32_t n) { return static_cast<int32_t>(random_() % static_cast<uint64_t>(n)); }
  FloatHistogram exponential(int32_t schema, double zero_threshold = 0) {
    FloatHistogram h;
    h.schema = schema;
    h.zero_threshold = zero_threshold;
    h.zero_count = below(5);
    // No bucket is within the zero bucket, which reaches to 1 at most.
    const int32_t lowest = zero_threshold > 0.5 ? 1 : -9;
    fill(h.positive_spans, h.positive_buckets, lowest + below(20), 4);
    fill(h.negative_spans, h.negative_buckets, lowest + below(20), 3);
    finish(h);
    return h;
  }
  FloatHistogram custom(std::vector<double> bounds) {
    FloatHistogram h;
    h.schema = FloatHistogram::kCustomBucketsSchema;
    h.positive_spans = {{0, static_cast<uint32_t>(bounds.size() + 1)}};
    for (size_t i = 0; i <= bounds.size(); ++i) h.positive_buckets.push_back(below(5));
    h.custom_values = std::move(bounds);
    finish(h);
    return h;
  }

 private:
  void fill(std::vector<base::HistogramSpan>& spans, std::vector<double>& buckets, int32_t first,
            int32_t spans_max) {
    for (int32_t i = below(spans_max + 1); i > 0; --i) {
      const auto length = static_cast<uint32_t>(1 + below(5));
      spans.push_back({spans.empty() ? first : 1 + below(4), length});
      for (uint32_t k = 0; k < length; ++k) buckets.push_back(1 + below(9));
    }
  }
  void finish(FloatHistogram& h) {
    h.count = std::accumulate(h.positive_buckets.begin(), h.positive_buckets.end(), h.zero_count);
    h.count = std::accumulate(h.negative_buckets.begin(), h.negative_buckets.end(), h.count);
    h.sum = below(1000);
  }
  std::mt19937_64 random_;
};

double in_buckets(const FloatHistogram& h) {
  std::vector<NativeBucket> buckets;
  list_buckets(h, buckets);
  return std::accumulate(buckets.begin(), buckets.end(), 0.0,
                         [](double sum, const NativeBucket& b) { return sum + b.count; });
}

FloatHistogram sum_of(FloatHistogram a, const FloatHistogram& b) {
  add(a, b);
  return a;
}

FloatHistogram reduced(FloatHistogram h, int32_t schema) {
  reduce_resolution(h, schema);
  return h;
}

FloatHistogram compacted(FloatHistogram h) {
  compact(h);
  return h;
}

TEST(HistogramBounds, DoubleOverAStep) {
  for (int32_t schema = 0; schema <= 8; ++schema) {
    const int64_t step = int64_t{1} << schema;
    EXPECT_EQ(exponential_bound(0, schema), 1);
    EXPECT_EQ(exponential_bound(step, schema), 2);
    EXPECT_EQ(exponential_bound(-step, schema), 0.5);
    for (int64_t i = -2 * step; i < 2 * step; ++i) {
      ASSERT_LT(exponential_bound(i, schema), exponential_bound(i + 1, schema));
      ASSERT_EQ(exponential_bound(i + step, schema), 2 * exponential_bound(i, schema));
      ASSERT_DOUBLE_EQ(exponential_bound(i, schema),
                       std::exp2(static_cast<double>(i) / static_cast<double>(step)));
    }
    EXPECT_EQ(exponential_bound(1024 * step, schema), std::numeric_limits<double>::max());
    EXPECT_EQ(exponential_bound(1024 * step + 1, schema), kInf);
  }
  EXPECT_EQ(exponential_bound(1, -4), 65536);
  EXPECT_EQ(exponential_bound(-1, -1), 0.25);
  EXPECT_EQ(exponential_bound(64, -4), std::numeric_limits<double>::max());
}

TEST(HistogramBounds, AreUpstreamsWhereRoundingToNearestGivesOthers) {
  EXPECT_EQ(exponential_bound(-1, 1), 0x1.6a09e667f3bccp-1);  // Nearest to 1/√2: …bcd.
  EXPECT_EQ(exponential_bound(1, 1), 0x1.6a09e667f3bccp+0);
}

TEST(HistogramArithmetic, AdditionIsUndone) {
  Maker make(1);
  for (int round = 0; round < 500; ++round) {
    const int32_t schema = make.below(9) - 2;
    const FloatHistogram a = make.exponential(schema, 0.001);
    const FloatHistogram b = make.exponential(make.below(9) - 2, 0.001);
    FloatHistogram back = sum_of(a, b);
    ASSERT_FALSE(subtract(back, b).incompatible);
    const FloatHistogram expected = reduced(a, std::min(a.schema, b.schema));
    ASSERT_TRUE(same_histogram(compacted(back), compacted(expected)))
        << histogram_value_text(back) << "\n"
        << histogram_value_text(expected);
  }
}

TEST(HistogramArithmetic, AdditionCommutes) {
  Maker make(2);
  for (int round = 0; round < 500; ++round) {
    const FloatHistogram a = make.exponential(make.below(9) - 2, make.below(2));
    const FloatHistogram b = make.exponential(make.below(9) - 2, make.below(2));
    const FloatHistogram ab = sum_of(a, b);
    const FloatHistogram ba = sum_of(b, a);
    ASSERT_TRUE(same_histogram(compacted(ab), compacted(ba))) << histogram_value_text(ab) << "\n"
                                                              << histogram_value_text(ba);
    // Wherever the zero bucket ends, nothing is counted twice or lost.
    ASSERT_EQ(in_buckets(ab), in_buckets(a) + in_buckets(b));
    ASSERT_EQ(ab.count, a.count + b.count);
  }
}

TEST(HistogramArithmetic, ReductionCommutesWithAddition) {
  Maker make(3);
  for (int round = 0; round < 500; ++round) {
    const FloatHistogram a = make.exponential(5);
    const FloatHistogram b = make.exponential(3);
    const FloatHistogram late = reduced(sum_of(a, b), 1);
    const FloatHistogram early = sum_of(reduced(a, 1), reduced(b, 1));
    ASSERT_TRUE(same_histogram(compacted(late), compacted(early)));
  }
}

TEST(HistogramArithmetic, ReconcilesCustomBounds) {
  Maker make(4);
  for (int round = 0; round < 200; ++round) {
    FloatHistogram a = make.custom({1, 2, 5, 10});
    const FloatHistogram b = make.custom({0.5, 2, 7, 10, 20});
    const double before = in_buckets(a) + in_buckets(b);
    EXPECT_TRUE(add(a, b).bounds_reconciled);
    EXPECT_EQ(a.custom_values, (std::vector<double>{2, 10}));
    ASSERT_EQ(in_buckets(a), before);
  }
  FloatHistogram apart = make.custom({1});
  EXPECT_TRUE(add(apart, make.custom({2})).bounds_reconciled);
  EXPECT_TRUE(apart.custom_values.empty());
  EXPECT_TRUE(add(apart, make.exponential(0)).incompatible);
}

TEST(HistogramArithmetic, JoinsHints) {
  const auto join = [](CounterResetHint a, CounterResetHint b, bool collides) {
    FloatHistogram left;
    left.counter_reset_hint = a;
    FloatHistogram right;
    right.counter_reset_hint = b;
    EXPECT_EQ(add(left, right).hints_collide, collides);
    return left.counter_reset_hint;
  };
  using Hint = CounterResetHint;
  EXPECT_EQ(join(Hint::kReset, Hint::kReset, false), Hint::kReset);
  EXPECT_EQ(join(Hint::kReset, Hint::kGauge, false), Hint::kGauge);
  EXPECT_EQ(join(Hint::kGauge, Hint::kUnknown, false), Hint::kGauge);
  EXPECT_EQ(join(Hint::kNotReset, Hint::kUnknown, false), Hint::kUnknown);
  EXPECT_EQ(join(Hint::kReset, Hint::kNotReset, true), Hint::kUnknown);
}

TEST(HistogramArithmetic, DividesByZero) {
  Maker make(5);
  FloatHistogram h = make.exponential(2);
  h.zero_count = 0;
  divide(h, 0);
  EXPECT_EQ(h.count, kInf);
  EXPECT_TRUE(std::isnan(h.zero_count));
  EXPECT_TRUE(h.positive_spans.empty() && h.negative_buckets.empty());
}

TEST(HistogramArithmetic, NeverReadsPastTheCounts) {
  FloatHistogram h;
  h.positive_spans = {{0, 1'000'000}, {5, 7}};
  h.positive_buckets = {1, 2};
  FloatHistogram other;
  other.schema = 3;
  other.zero_threshold = 1.5;
  other.negative_spans = {{-3, 2}};
  add(h, other);
  EXPECT_EQ(in_buckets(h), 3);
}

TEST(HistogramTotals, AgreeWithPlainAddition) {
  Maker make(6);
  for (int round = 0; round < 100; ++round) {
    std::vector<base::HistogramPtr> all;
    FloatHistogram plain = make.exponential(make.below(4), make.below(2));
    all.push_back(std::make_shared<FloatHistogram>(plain));
    for (int i = 0; i < 7; ++i) {
      all.push_back(
          std::make_shared<FloatHistogram>(make.exponential(make.below(4), make.below(2))));
      add(plain, *all.back());
    }
    HistogramNotes notes;
    const HistogramTotal sum = sum_histograms(all, notes);
    ASSERT_NE(sum.h, nullptr);
    ASSERT_TRUE(same_histogram(compacted(*sum.h), compacted(plain)));
    FloatHistogram average = *average_histograms(all, notes).h;
    multiply(average, 8);
    ASSERT_TRUE(same_histogram(compacted(average), compacted(plain)));
    EXPECT_TRUE(notes.empty());
  }
}

TEST(HistogramTotals, AverageBeyondWhatCanBeSummed) {
  FloatHistogram huge;
  huge.count = 1.5e308;
  huge.sum = 1.5e308;
  huge.positive_spans = {{0, 1}};
  huge.positive_buckets = {1.5e308};
  const std::vector<base::HistogramPtr> all(4, std::make_shared<FloatHistogram>(huge));
  HistogramNotes notes;
  const HistogramTotal average = average_histograms(all, notes);
  EXPECT_DOUBLE_EQ(average.h->count, 1.5e308);
  EXPECT_DOUBLE_EQ(average.h->positive_buckets[0], 1.5e308);
  EXPECT_EQ(sum_histograms(all, notes).h->count, kInf);
}

TEST(HistogramTotals, LoseNothingToRounding) {
  FloatHistogram large;
  large.sum = 1e100;
  FloatHistogram small;
  small.sum = 1;
  FloatHistogram minus;
  minus.sum = -1e100;
  std::vector<base::HistogramPtr> all;
  for (const FloatHistogram* h : {&large, &small, &minus, &small}) {
    all.push_back(std::make_shared<FloatHistogram>(*h));
  }
  HistogramNotes notes;
  EXPECT_EQ(sum_histograms(all, notes).h->sum, 2);
}

TEST(HistogramTotals, NameTheMisfit) {
  Maker make(7);
  const std::vector<base::HistogramPtr> all = {
      std::make_shared<FloatHistogram>(make.exponential(0)),
      std::make_shared<FloatHistogram>(make.exponential(1)),
      std::make_shared<FloatHistogram>(make.custom({1}))};
  HistogramNotes notes;
  const HistogramTotal sum = sum_histograms(all, notes);
  EXPECT_EQ(sum.h, nullptr);
  EXPECT_EQ(sum.misfit, 2u);
  EXPECT_TRUE(notes.has(HistogramNote::kMixedSchemas));
}

TEST(HistogramResets, AreSeenWhereACounterFell) {
  Maker make(8);
  for (int round = 0; round < 500; ++round) {
    const FloatHistogram a = make.exponential(make.below(4), make.below(2));
    FloatHistogram b = make.exponential(make.below(4), make.below(2));
    b.count += 1;
    const FloatHistogram later = sum_of(a, b);
    ASSERT_FALSE(detect_reset(later, a)) << histogram_value_text(a) << "\n"
                                         << histogram_value_text(later);
    ASSERT_TRUE(detect_reset(a, later));
    FloatHistogram told = later;
    told.counter_reset_hint = CounterResetHint::kReset;
    ASSERT_TRUE(detect_reset(told, a));
    told = a;
    told.counter_reset_hint = CounterResetHint::kNotReset;
    ASSERT_FALSE(detect_reset(told, later));
  }
}

TEST(HistogramResets, LookThroughCustomBounds) {
  Maker make(9);
  const FloatHistogram a = make.custom({1, 2, 3});
  FloatHistogram b = a;
  b.custom_values = {1, 2, 4};
  EXPECT_FALSE(detect_reset(b, a));
  b.positive_buckets[0] = a.positive_buckets[0] - 1;
  b.positive_buckets[1] = a.positive_buckets[1] + 1;
  EXPECT_TRUE(detect_reset(b, a));
}

TEST(HistogramEquality, IsOfBits) {
  Maker make(10);
  FloatHistogram a = make.exponential(1);
  a.sum = std::numeric_limits<double>::quiet_NaN();
  FloatHistogram b = a;
  EXPECT_TRUE(same_histogram(a, b));
  b.counter_reset_hint = CounterResetHint::kGauge;
  b.positive_spans.push_back({3, 0});
  EXPECT_TRUE(same_histogram(a, b));
  b.zero_count = -0.0;
  a.zero_count = 0.0;
  EXPECT_FALSE(same_histogram(a, b));
}

TEST(HistogramQuantiles, RiseAndAgreeWithFractions) {
  Maker make(11);
  std::vector<NativeBucket> room;
  for (int round = 0; round < 300; ++round) {
    const FloatHistogram h = make.exponential(make.below(5), 0.0001);
    if (h.count == 0) continue;
    double before = -kInf;
    for (double q = 0; q <= 1; q += 0.0625) {
      const double value = native_quantile(q, h, room).value;
      ASSERT_GE(value, before - 1e-9 * std::fabs(before)) << q << histogram_value_text(h);
      before = value;
      const double fraction = native_fraction(-kInf, value, h, room).value;
      // Between buckets and at the ends a value stands for a range of quantiles.
      if (q == 0 || q == 1) continue;
      ASSERT_NEAR(native_quantile(fraction, h, room).value, value, 1e-6 * std::fabs(value) + 1e-12);
    }
    EXPECT_EQ(native_fraction(-kInf, kInf, h, room).value, 1);
    EXPECT_EQ(native_quantile(-1, h, room).value, -kInf);
    EXPECT_EQ(native_quantile(1.1, h, room).value, kInf);
  }
}

TEST(HistogramQuantiles, SayWhatNanObservationsDo) {
  FloatHistogram h;
  h.positive_spans = {{1, 1}};
  h.positive_buckets = {8};
  h.count = 10;
  h.sum = std::numeric_limits<double>::quiet_NaN();
  std::vector<NativeBucket> room;
  EXPECT_EQ(native_quantile(0.5, h, room).nan, NanEffect::kSkewed);
  EXPECT_EQ(native_quantile(0.9, h, room).nan, NanEffect::kResultNan);
  EXPECT_TRUE(std::isnan(native_quantile(0.9, h, room).value));
  EXPECT_EQ(native_fraction(-kInf, kInf, h, room).value, 0.8);
  EXPECT_EQ(native_fraction(-kInf, kInf, h, room).nan, NanEffect::kSkewed);
}

TEST(HistogramTrim, SplitsIntoTwoParts) {
  Maker make(12);
  for (int round = 0; round < 300; ++round) {
    const FloatHistogram h = make.exponential(make.below(5), 0.5);
    const double x = std::exp2(make.below(100) / 10.0 - 5) * (make.below(2) == 0 ? 1 : -1);
    FloatHistogram low = h;
    trim(low, x, true);
    FloatHistogram high = h;
    trim(high, x, false);
    ASSERT_NEAR(low.count + high.count, h.count, 1e-9);
    std::vector<NativeBucket> room;
    if (h.count > 0) {
      // Only the overlap of zero bucket and others is seen differently by fractions.
      const double fraction = native_fraction(-kInf, x, h, room).value;
      if (std::fabs(x) > 1) {
        ASSERT_NEAR(low.count / h.count, fraction, 1e-9);
      }
    }
  }
}

TEST(HistogramTrim, LeavesWhatIsWholeAlone) {
  Maker make(13);
  const FloatHistogram h = make.exponential(1);
  FloatHistogram whole = h;
  trim(whole, kInf, true);
  EXPECT_TRUE(same_histogram(whole, h));
  trim(whole, -kInf, false);
  EXPECT_TRUE(same_histogram(whole, h));
}

TEST(HistogramWeight, GrowsWithTheLayout) {
  FloatHistogram h;
  EXPECT_EQ(sample_weight(h), 11u);
  h.positive_spans = {{0, 2}};
  h.positive_buckets = {1, 2};
  EXPECT_EQ(sample_weight(h), 12u);
  Frame frame;
  frame.reset(2, 1);
  frame.put(0, 0, 1.0);
  frame.put(0, 1, std::make_shared<FloatHistogram>(h));
  EXPECT_EQ(frame.count(), 2u);
  EXPECT_EQ(frame.weight(), 13u);
}

TEST(HistogramText, ShowsBucketsWithTheirEnds) {
  FloatHistogram h;
  h.count = 8;
  h.sum = 2.5;
  h.zero_threshold = 0.001;
  h.zero_count = 3;
  h.positive_spans = {{0, 2}};
  h.positive_buckets = {1, 0};
  h.negative_spans = {{1, 2}};
  h.negative_buckets = {2, 2};
  EXPECT_EQ(histogram_value_text(h),
            "{count:8, sum:2.5, [-4,-2):2, [-2,-1):2, [-0.001,0.001]:3, (0.5,1]:1}");
  FloatHistogram custom;
  custom.schema = FloatHistogram::kCustomBucketsSchema;
  custom.custom_values = {5};
  custom.positive_spans = {{0, 2}};
  custom.positive_buckets = {1, 1};
  custom.count = 2;
  EXPECT_EQ(histogram_value_text(custom), "{count:2, sum:0, [-Inf,5]:1, (5,+Inf]:1}");
}

}  // namespace
}  // namespace tocsin::promql::test
