#include "rules/alert_state.h"

#include <gtest/gtest.h>

namespace tocsin::rules {
namespace {

using base::kMinute;
using base::kSecond;

constexpr AlertTiming kForOneMinute{.hold = kMinute};
constexpr AlertTiming kKeepTwoMinutes{.hold = 0, .keep_firing_for = 2 * kMinute};

AlertTimes run(std::initializer_list<std::pair<base::TimestampMs, bool>> passes,
               const AlertTiming& timing) {
  AlertTimes times;
  for (const auto& [ts, in_result] : passes) times = next_times(times, in_result, ts, timing);
  return times;
}

TEST(AlertState, NothingComesOfNothing) {
  EXPECT_EQ(run({{0, false}}, kForOneMinute), AlertTimes{});
}

TEST(AlertState, WithoutForFiresAtOnce) {
  const AlertTimes times = run({{5, true}}, {});
  EXPECT_EQ(times.state, AlertState::kFiring);
  EXPECT_EQ(times.active_at, 5);
  EXPECT_EQ(times.fired_at, 5);
}

TEST(AlertState, FiresOnPassKPlusOneWhenForIsKIntervals) {
  EXPECT_EQ(run({{0, true}, {30 * kSecond, true}}, kForOneMinute).state, AlertState::kPending);
  const AlertTimes fired = run({{0, true}, {30 * kSecond, true}, {kMinute, true}}, kForOneMinute);
  EXPECT_EQ(fired.state, AlertState::kFiring);
  EXPECT_EQ(fired.fired_at, kMinute);
  EXPECT_EQ(fired.active_at, 0);
}

TEST(AlertState, ForShorterThanTheIntervalFiresOnTheSecondPass) {
  const AlertTiming timing{.hold = kSecond};
  EXPECT_EQ(run({{0, true}}, timing).state, AlertState::kPending);
  EXPECT_EQ(run({{0, true}, {kMinute, true}}, timing).state, AlertState::kFiring);
}

TEST(AlertState, OneGapForgetsAPendingAlert) {
  EXPECT_EQ(run({{0, true}, {30 * kSecond, false}}, kForOneMinute), AlertTimes{});
}

TEST(AlertState, ResolvesAndForgetsAfterTheRetention) {
  const AlertTimes resolved = run({{0, true}, {kMinute, false}}, {});
  EXPECT_EQ(resolved.state, AlertState::kInactive);
  EXPECT_EQ(resolved.resolved_at, kMinute);
  const base::TimestampMs end = kMinute + kResolvedRetention;
  EXPECT_EQ(next_times(resolved, false, end, {}), resolved);
  EXPECT_EQ(next_times(resolved, false, end + 1, {}), AlertTimes{});
}

TEST(AlertState, ComesBackAsANewAlert) {
  AlertTimes times = run({{0, true}, {kMinute, false}}, {});
  times.last_sent_at = kMinute;
  times = next_times(times, true, 2 * kMinute, kForOneMinute);
  EXPECT_EQ(times, (AlertTimes{.state = AlertState::kPending, .active_at = 2 * kMinute}));
}

TEST(AlertState, KeepsFiringFromTheFirstAbsenceOn) {
  AlertTimes times = run({{0, true}, {kMinute, false}}, kKeepTwoMinutes);
  EXPECT_EQ(times.state, AlertState::kFiring);
  EXPECT_EQ(times.keep_firing_since, kMinute);
  times = next_times(times, false, 3 * kMinute - 1, kKeepTwoMinutes);
  EXPECT_EQ(times.state, AlertState::kFiring);
  times = next_times(times, false, 3 * kMinute, kKeepTwoMinutes);
  EXPECT_EQ(times.state, AlertState::kInactive);
  EXPECT_EQ(times.resolved_at, 3 * kMinute);
}

TEST(AlertState, ReappearanceClearsTheKeepWindow) {
  const AlertTimes times = run(
      {{0, true}, {kMinute, false}, {2 * kMinute, true}, {3 * kMinute, false}}, kKeepTwoMinutes);
  EXPECT_EQ(times.keep_firing_since, 3 * kMinute);
  EXPECT_EQ(times.fired_at, 0);
}

TEST(AlertState, RaisingForDemotesWithoutAResolution) {
  AlertTimes times = run({{0, true}, {kMinute, true}}, {});
  times.last_sent_at = kMinute;
  times = next_times(times, true, 2 * kMinute, {.hold = 10 * kMinute});
  EXPECT_EQ(times, (AlertTimes{.state = AlertState::kPending, .active_at = 0}));
  EXPECT_FALSE(needs_sending(times, 2 * kMinute, kMinute));
}

TEST(AlertState, SendsFiringAndResolvedNeverPending) {
  EXPECT_FALSE(needs_sending({}, 0, kMinute));
  EXPECT_FALSE(needs_sending(run({{0, true}}, kForOneMinute), 0, kMinute));
  EXPECT_TRUE(needs_sending(run({{0, true}}, {}), 0, kMinute));
  AlertTimes resolved = run({{0, true}, {kMinute, false}}, {});
  resolved.last_sent_at = 0;
  EXPECT_TRUE(needs_sending(resolved, kMinute, 10 * kMinute));
}

TEST(AlertState, ResendsOnlyLaterThanTheDelay) {
  AlertTimes times = run({{0, true}}, {});
  times.last_sent_at = 0;
  EXPECT_FALSE(needs_sending(times, kMinute, kMinute));
  EXPECT_TRUE(needs_sending(times, kMinute + 1, kMinute));
}

TEST(AlertState, ValidityIsFourTimesTheSlowerRhythm) {
  EXPECT_EQ(valid_until(1000, 15 * kSecond, kMinute), 1000 + 4 * kMinute);
  EXPECT_EQ(valid_until(1000, 5 * kMinute, kMinute), 1000 + 20 * kMinute);
}

}  // namespace
}  // namespace tocsin::rules
