#include "engine/base/histogram_check.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace tocsin::base {
namespace {

FloatHistogram exponential() {
  FloatHistogram h;
  h.schema = 2;
  h.count = 3;
  h.positive_spans = {{-4, 1}, {2, 1}};
  h.positive_buckets = {1, 2};
  return h;
}

FloatHistogram custom() {
  FloatHistogram h;
  h.schema = FloatHistogram::kCustomBucketsSchema;
  h.count = 3;
  h.custom_values = {1, 2};
  h.positive_spans = {{1, 2}};
  h.positive_buckets = {1, 2};
  return h;
}

TEST(HistogramCheck, TakesWhatMakesSense) {
  EXPECT_TRUE(is_valid(FloatHistogram()));
  EXPECT_TRUE(is_valid(exponential()));
  EXPECT_TRUE(is_valid(custom()));
}

TEST(HistogramCheck, RefusesEachFault) {
  using Change = std::function<void(FloatHistogram&)>;
  const auto broken = [](FloatHistogram h, const Change& change) {
    change(h);
    return !is_valid(h);
  };
  const Change of_exponential[] = {
      [](auto& h) { h.schema = 9; },
      [](auto& h) { h.schema = -5; },
      [](auto& h) { h.count = -1; },
      [](auto& h) { h.zero_count = -1; },
      [](auto& h) { h.positive_buckets[1] = -1; },
      [](auto& h) { h.positive_buckets.push_back(1); },
      [](auto& h) { h.positive_spans[1].offset = -1; },
      [](auto& h) {
        h.negative_spans = {{0, 1}};
      },
      [](auto& h) { h.custom_values = {1}; },
  };
  for (const Change& change : of_exponential) EXPECT_TRUE(broken(exponential(), change));
  const Change of_custom[] = {
      [](auto& h) { h.zero_count = 1; },
      [](auto& h) { h.zero_threshold = 1; },
      [](auto& h) { h.negative_buckets = {1}; },
      [](auto& h) {
        h.custom_values = {2, 1};
      },
      [](auto& h) {
        h.custom_values = {1, std::numeric_limits<double>::infinity()};
      },
      [](auto& h) { h.custom_values = {1}; },
      [](auto& h) { h.positive_spans[0].offset = -1; },
  };
  for (const Change& change : of_custom) EXPECT_TRUE(broken(custom(), change));
}

}  // namespace
}  // namespace tocsin::base
