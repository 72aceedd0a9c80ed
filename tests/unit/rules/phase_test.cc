#include "rules/phase.h"

#include <gtest/gtest.h>

#include "rules/commit_times.h"
#include "tests/support/fake_time.h"

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

class CommitTimesTest : public ::testing::Test {
 protected:
  void note(base::TimestampMs t, uint32_t writer) {
    clock.set(t);
    times.note(writer);
  }
  testing::FakeClock clock{0};
  CommitTimes times{clock};
};

TEST_F(CommitTimesTest, AreKnownFromTheSecondCommitOn) {
  note(5000, 1);
  EXPECT_TRUE(times.of({1, 2}).empty());
  note(15'000, 1);
  note(16'000, 2);
  const auto arrivals = times.of({1, 2});
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(arrivals[0].t, 15'000);
  EXPECT_EQ(arrivals[0].period, 10'000);
}

TEST_F(CommitTimesTest, PausesAreThoseOnAverage) {
  constexpr double kSecondNs = 1e9;
  EXPECT_TRUE(times.all_pause({}, kSecondNs));
  note(0, 1);
  EXPECT_FALSE(times.all_pause({1}, 0));
  note(10'000, 1);
  EXPECT_TRUE(times.all_pause({1}, 10 * kSecondNs));
  EXPECT_FALSE(times.all_pause({1}, 10.1 * kSecondNs));
  note(24'000, 1);  // Late, and then in time again.
  note(30'000, 1);
  EXPECT_TRUE(times.all_pause({1}, 9 * kSecondNs));
  note(30'000, 2);
  EXPECT_FALSE(times.all_pause({1, 2}, 9 * kSecondNs));
}

TEST_F(CommitTimesTest, ForgetTheSilent) {
  note(0, 1);
  note(1000, 1);
  for (uint32_t writer = 2; writer < 3000; ++writer) note(2 * base::kHour, writer);
  EXPECT_TRUE(times.of({1}).empty());
  EXPECT_FALSE(times.all_pause({1}, 0));
}

}  // namespace
}  // namespace tocsin::rules
