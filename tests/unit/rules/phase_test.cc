#include "rules/phase.h"

#include <gtest/gtest.h>

#include "rules/commit_times.h"

namespace tocsin::rules {
namespace {

using base::kMinute;
using base::kSecond;

constexpr base::DurationMs kInterval = 10 * kSecond;

std::vector<Arrival> every_interval(std::initializer_list<base::TimestampMs> times) {
  std::vector<Arrival> out;
  for (const base::TimestampMs t : times) out.push_back({t, kInterval});
  return out;
}

TEST(MeanWait, IsTheAgeOfSamplesAtASlot) {
  EXPECT_EQ(mean_wait(every_interval({3000}), kInterval, 4000), 1000);
  EXPECT_EQ(mean_wait(every_interval({3000}), kInterval, 2000), 9000);
  EXPECT_EQ(mean_wait(every_interval({1000, 3000, 1'000'005'000}), kInterval, 5000), 2000);
}

TEST(MeanWait, OfFrequentSamplesTheNewestCounts) {
  EXPECT_EQ(mean_wait({{{500, 1000}}}, kInterval, 4000), 500);
  EXPECT_EQ(mean_wait({{{3000, kMinute}}}, kInterval, 4000), 1000);
}

TEST(BetterPhase, IsJustBehindTheLastOfABurst) {
  EXPECT_EQ(better_phase(every_interval({3000, 3100, 3150}), kInterval, 2000), 3350);
  EXPECT_EQ(better_phase(every_interval({9950}), kInterval, 5000), 150);
}

TEST(BetterPhase, IsNotWorthASmallGain) {
  EXPECT_EQ(better_phase(every_interval({3000}), kInterval, 4000), std::nullopt);
  EXPECT_EQ(better_phase({}, kInterval, 4000), std::nullopt);
}

TEST(BetterPhase, ThereIsNoneForSpreadArrivals) {
  std::vector<Arrival> spread;
  for (int i = 0; i < 100; ++i) spread.push_back({i * kInterval / 100, kInterval});
  for (base::DurationMs phase = 0; phase < kInterval; phase += 700) {
    EXPECT_EQ(better_phase(spread, kInterval, phase), std::nullopt);
  }
}

TEST(BetterPhase, AFoundOneStays) {
  const auto arrivals = every_interval({1000, 1200, 7000});
  const auto found = better_phase(arrivals, kInterval, 900);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(better_phase(arrivals, kInterval, *found), std::nullopt);
}

TEST(CommitTimes, AreKnownFromTheSecondCommitOn) {
  CommitTimes times;
  times.note(1, 5000);
  EXPECT_TRUE(times.of({1, 2}).empty());
  times.note(1, 15'000);
  times.note(2, 16'000);
  const auto arrivals = times.of({1, 2});
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(arrivals[0].t, 15'000);
  EXPECT_EQ(arrivals[0].period, 10'000);
}

TEST(CommitTimes, ForgetTheSilent) {
  CommitTimes times;
  times.note(1, 0);
  times.note(1, 1000);
  for (uint32_t writer = 2; writer < 3000; ++writer) times.note(writer, 2 * base::kHour);
  EXPECT_TRUE(times.of({1}).empty());
}

}  // namespace
}  // namespace tocsin::rules
