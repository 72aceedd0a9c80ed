#include "engine/base/forward_clock.h"

#include <gtest/gtest.h>

namespace tocsin::base {
namespace {

constexpr TimestampMs kStart = 1'700'000'000'000;

/// Both clocks as the test sets them.
class HandClock final : public Clock {
 public:
  TimestampMs now() const override { return wall; }
  int64_t steady_ns() const override { return steady_ms * 1'000'000; }
  void pass(DurationMs by) {
    wall += by;
    steady_ms += by;
  }

  TimestampMs wall = kStart;
  int64_t steady_ms = 77;
};

TEST(ForwardClock, ShowsTheOtherClocksTime) {
  HandClock wall;
  const ForwardClock clock(wall);
  EXPECT_EQ(clock.now(), kStart);
  wall.pass(15'000);
  EXPECT_EQ(clock.now(), kStart + 15'000);
  wall.wall += kDay;
  EXPECT_EQ(clock.now(), kStart + 15'000 + kDay);
  EXPECT_EQ(clock.steady_ns(), wall.steady_ns());
}

TEST(ForwardClock, RunsOnSlowerUntilAClockSetBackHasCaughtUp) {
  HandClock wall;
  const ForwardClock clock(wall);
  wall.wall -= 10'000;
  EXPECT_EQ(clock.now(), kStart);
  wall.pass(50'000);
  EXPECT_EQ(clock.now(), kStart + 45'000);  // The other shows 40'000.
  wall.pass(50'000);
  EXPECT_EQ(clock.now(), kStart + 90'000);  // Caught up.
  wall.pass(1000);
  EXPECT_EQ(clock.now(), kStart + 91'000);
}

TEST(ForwardClock, NeverGoesBackWhileItHolds) {
  HandClock wall;
  const ForwardClock clock(wall);
  TimestampMs last = clock.now();
  for (int i = 0; i < 1000; ++i) {
    wall.pass(7);
    if (i % 100 == 50) wall.wall -= 1000;
    EXPECT_GE(clock.now(), last);
    last = clock.now();
  }
  EXPECT_LE(last - wall.wall, 10'000);
}

TEST(ForwardClock, FollowsALargeStepAtOnce) {
  HandClock wall;
  const ForwardClock clock(wall);
  wall.wall -= ForwardClock::kHoldMax + 1;
  EXPECT_EQ(clock.now(), wall.wall);
}

}  // namespace
}  // namespace tocsin::base
