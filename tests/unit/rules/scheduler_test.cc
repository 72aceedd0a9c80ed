#include "rules/scheduler.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <vector>

#include "tests/support/fake_time.h"

namespace tocsin::rules {
namespace {

using base::kSecond;
using base::TimestampMs;

constexpr TimestampMs kStart = 1'000'000'000;

/// Holds tasks until the test lets them run.
class HeldExecutor final : public base::Executor {
 public:
  void submit(std::function<void()> task) override { held.push_back(std::move(task)); }
  void run_one() {
    auto task = std::move(held.front());
    held.pop_front();
    task();
  }
  std::deque<std::function<void()>> held;
};

class SchedulerTest : public ::testing::Test {
 protected:
  SlotTask task(base::DurationMs interval, base::DurationMs phase) {
    return {.interval = interval,
            .phase = phase,
            .run = [this](TimestampMs slot) { slots.push_back(slot - kStart); },
            .missed = [this](uint64_t n) { missed += n; }};
  }
  void remove(Scheduler& scheduler, Scheduler::TaskId id) {
    scheduler.remove(id, [this] { ++ended; });
  }

  testing::FakeClock clock{kStart};
  testing::FakeLoop loop{clock};
  base::InlineExecutor inline_executor;
  HeldExecutor held;
  std::vector<TimestampMs> slots;
  uint64_t missed = 0;
  int ended = 0;
};

TEST(Slots, LieAtThePhaseOfTheInterval) {
  EXPECT_EQ(slot_at(100, 30, 0), 90);
  EXPECT_EQ(slot_at(100, 30, 10), 100);
  EXPECT_EQ(slot_at(100, 30, 11), 71);
  EXPECT_EQ(slot_at(-5, 30, 0), -30);
}

TEST(Slots, PhasesAreStableAndSpread) {
  const base::DurationMs phase = hashed_phase("a.yml", "g", base::kMinute);
  EXPECT_EQ(phase, hashed_phase("a.yml", "g", base::kMinute));
  EXPECT_GE(phase, 0);
  EXPECT_LT(phase, base::kMinute);
  std::vector<int> quarters(4);
  for (int i = 0; i < 400; ++i) {
    ++quarters[hashed_phase("a.yml", "g" + std::to_string(i), 60'000) / 15'000];
  }
  for (const int count : quarters) EXPECT_GT(count, 60);
}

TEST_F(SchedulerTest, RunsAtTheNextSlotThenEveryInterval) {
  Scheduler scheduler(loop, inline_executor, clock);
  const auto id = scheduler.add(task(10 * kSecond, 3 * kSecond));
  loop.run_until(kStart + 35 * kSecond);
  EXPECT_EQ(slots, (std::vector<TimestampMs>{3000, 13000, 23000, 33000}));
  EXPECT_EQ(missed, 0u);
  remove(scheduler, id);
  EXPECT_EQ(ended, 1);
  loop.run_until(kStart + 60 * kSecond);
  EXPECT_EQ(slots.size(), 4u);
}

TEST_F(SchedulerTest, ASlotThatIsNowWaitsAWholeInterval) {
  Scheduler scheduler(loop, inline_executor, clock);
  const auto id = scheduler.add(task(10 * kSecond, 0));
  loop.run_until(kStart + 10 * kSecond);
  EXPECT_EQ(slots, std::vector<TimestampMs>{10000});
  remove(scheduler, id);
}

TEST_F(SchedulerTest, ASlowRunMissesSlotsButKeepsTheRhythm) {
  Scheduler scheduler(loop, held, clock);
  const auto id = scheduler.add(task(10 * kSecond, 0));
  loop.run_until(kStart + 35 * kSecond);
  ASSERT_EQ(held.held.size(), 1u);  // Never two at a time.
  held.run_one();                   // The run of 10 s ends at 35 s.
  loop.run_ready();
  ASSERT_EQ(held.held.size(), 1u);  // The slot of 30 s at once; that of 20 s never.
  held.run_one();
  loop.run_until(kStart + 40 * kSecond);
  ASSERT_EQ(held.held.size(), 1u);
  held.run_one();
  loop.run_ready();
  EXPECT_EQ(slots, (std::vector<TimestampMs>{10000, 30000, 40000}));
  EXPECT_EQ(missed, 1u);
  remove(scheduler, id);
}

TEST_F(SchedulerTest, TasksDoNotWaitForEachOther) {
  Scheduler scheduler(loop, held, clock);
  const auto a = scheduler.add(task(10 * kSecond, 0));
  const auto b = scheduler.add(task(10 * kSecond, 0));
  loop.run_until(kStart + 10 * kSecond);
  ASSERT_EQ(held.held.size(), 2u);
  auto hanging = std::move(held.held.back());  // b's.
  held.held.pop_back();
  held.run_one();
  loop.run_until(kStart + 20 * kSecond);
  ASSERT_EQ(held.held.size(), 1u);
  held.run_one();
  loop.run_ready();
  EXPECT_EQ(slots, (std::vector<TimestampMs>{10000, 20000}));
  remove(scheduler, a);
  remove(scheduler, b);
  EXPECT_EQ(ended, 1);
  hanging();
  loop.run_ready();
  EXPECT_EQ(ended, 2);
}

TEST_F(SchedulerTest, RemovalWaitsForTheRunUnderWay) {
  Scheduler scheduler(loop, held, clock);
  const auto id = scheduler.add(task(10 * kSecond, 0));
  loop.run_until(kStart + 10 * kSecond);
  remove(scheduler, id);
  EXPECT_EQ(ended, 0);
  held.run_one();
  loop.run_ready();
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(slots.size(), 1u);
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(SchedulerTest, AClockSetBackDuringARunDoesNotStopTheSlots) {
  Scheduler scheduler(loop, held, clock);
  const auto id = scheduler.add(task(10 * kSecond, 0));
  loop.run_until(kStart + 10 * kSecond);
  clock.set(kStart - base::kHour);
  held.run_one();
  loop.run_until(kStart - base::kHour + 10 * kSecond);
  ASSERT_EQ(held.held.size(), 1u);
  held.run_one();
  loop.run_ready();
  EXPECT_EQ(slots, (std::vector<TimestampMs>{10000, 20000}));
  EXPECT_EQ(missed, 0u);
  remove(scheduler, id);
}

TEST_F(SchedulerTest, RunsBetweenSlotsAtAscendingTimes) {
  Scheduler scheduler(loop, inline_executor, clock);
  const auto id = scheduler.add(task(10 * kSecond, 0));
  loop.run_until(kStart + 12 * kSecond);
  std::vector<TimestampMs> between;
  int done = 0;
  const auto run_between = [&] {
    return scheduler.run_between(
        id, [&](TimestampMs t) { between.push_back(t - kStart); }, [&] { ++done; });
  };
  EXPECT_EQ(run_between(), BetweenSlots::kStarted);
  EXPECT_EQ(run_between(), BetweenSlots::kBusy);
  loop.run_ready();
  EXPECT_EQ(run_between(), BetweenSlots::kStarted);
  loop.run_ready();
  EXPECT_EQ(between, (std::vector<TimestampMs>{12'000, 12'001}));
  EXPECT_EQ(done, 2);
  loop.run_until(kStart + 35 * kSecond);
  EXPECT_EQ(slots, (std::vector<TimestampMs>{10'000, 20'000, 30'000}));
  remove(scheduler, id);
  EXPECT_EQ(run_between(), BetweenSlots::kDropped);
}

TEST_F(SchedulerTest, ASlotThatComesUpDuringARunBetweenFollowsAtOnce) {
  Scheduler scheduler(loop, held, clock);
  const auto id = scheduler.add(task(10 * kSecond, 0));
  loop.run_until(kStart + 9 * kSecond);
  bool done = false;
  const auto started = scheduler.run_between(
      id, [](TimestampMs) {}, [&] { done = true; });
  EXPECT_EQ(started, BetweenSlots::kStarted);
  loop.run_until(kStart + 11 * kSecond);
  ASSERT_EQ(held.held.size(), 1u);
  held.run_one();
  loop.run_ready();
  EXPECT_TRUE(done);
  ASSERT_EQ(held.held.size(), 1u);
  held.run_one();
  loop.run_ready();
  EXPECT_EQ(slots, (std::vector<TimestampMs>{10'000}));
  EXPECT_EQ(missed, 0u);
  remove(scheduler, id);
  EXPECT_EQ(ended, 1);
}

TEST_F(SchedulerTest, RemovingDuringARunBetweenEndsTheSlots) {
  Scheduler scheduler(loop, held, clock);
  const auto id = scheduler.add(task(10 * kSecond, 0));
  loop.run_until(kStart + 2 * kSecond);
  scheduler.run_between(
      id, [](TimestampMs) {}, [] {});
  remove(scheduler, id);
  EXPECT_EQ(ended, 0);
  held.run_one();
  loop.run_ready();
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(SchedulerTest, ARemovedTaskEndsAfterAllElseIsSaid) {
  auto scheduler = std::make_unique<Scheduler>(loop, held, clock);
  const auto id = scheduler->add(task(10 * kSecond, 0));
  loop.run_until(kStart + 2 * kSecond);
  bool done = false;
  scheduler->run_between(
      id, [](TimestampMs) {}, [&] { done = true; });
  scheduler->remove(id, [&] {
    EXPECT_TRUE(done);
    scheduler.reset();
  });
  held.run_one();
  loop.run_ready();
  EXPECT_EQ(scheduler, nullptr);
}

TEST_F(SchedulerTest, ThereIsNoRoomBetweenSlotsWhenOneIsOverdue) {
  Scheduler scheduler(loop, inline_executor, clock);
  const auto id = scheduler.add(task(10 * kSecond, 0));
  clock.advance(15 * kSecond);  // The loop has not looked yet.
  const auto outcome = scheduler.run_between(
      id, [](TimestampMs) {}, [] {});
  EXPECT_EQ(outcome, BetweenSlots::kDropped);
  remove(scheduler, id);
}

TEST_F(SchedulerTest, MovesSlotsToAnotherPhase) {
  Scheduler scheduler(loop, inline_executor, clock);
  const auto id = scheduler.add(task(10 * kSecond, 0));
  loop.run_until(kStart + 21 * kSecond);
  scheduler.move(id, 4 * kSecond);
  EXPECT_EQ(scheduler.phase(id), 4 * kSecond);
  loop.run_until(kStart + 35 * kSecond);
  EXPECT_EQ(slots, (std::vector<TimestampMs>{10'000, 20'000, 24'000, 34'000}));
  EXPECT_EQ(missed, 0u);
  remove(scheduler, id);
}

TEST_F(SchedulerTest, MovesSlotsAfterTheRunUnderWay) {
  Scheduler scheduler(loop, held, clock);
  const auto id = scheduler.add(task(10 * kSecond, 0));
  loop.run_until(kStart + 10 * kSecond);
  scheduler.move(id, 1 * kSecond);
  held.run_one();
  loop.run_until(kStart + 12 * kSecond);
  ASSERT_EQ(held.held.size(), 1u);
  held.run_one();
  loop.run_ready();
  EXPECT_EQ(slots, (std::vector<TimestampMs>{10'000, 11'000}));
  remove(scheduler, id);
}

}  // namespace
}  // namespace tocsin::rules
