#include "engine/net/event_loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

#include "tests/unit/net/net_fixture.h"

namespace tocsin::net {
namespace {

/// A wall clock that jumps when told; thread-safe.
class JumpingClock final : public base::Clock {
 public:
  base::TimestampMs now() const override { return system_.now() + offset_.load(); }
  int64_t steady_ns() const override { return system_.steady_ns(); }
  void jump(base::DurationMs by) { offset_ += by; }

 private:
  base::SystemClock system_;
  std::atomic<base::DurationMs> offset_{0};
};

TEST(EventLoop, RunsPostedTasksInOrder) {
  JumpingClock clock;
  EventLoop loop(clock, "test");
  std::vector<int> order;
  std::promise<void> done;
  loop.post([&] { order.push_back(1); });
  loop.post([&] { order.push_back(2); });
  loop.post([&] { done.set_value(); });
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(EventLoop, RunsTimersInOrderOfTheirTimesAndNotBefore) {
  JumpingClock clock;
  EventLoop loop(clock, "test");
  const base::TimestampMs start = clock.now();
  std::vector<int> order;
  std::promise<base::TimestampMs> done;
  loop.post([&] {  // On the loop, so that none runs before all are set.
    loop.call_at(start + 40, [&] { done.set_value(clock.now()); });
    loop.call_at(start + 20, [&] { order.push_back(2); });
    loop.call_at(start - 1000, [&] { order.push_back(1); });
  });
  EXPECT_GE(done.get_future().get(), start + 40);
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(EventLoop, CancelledTimersDoNotRun) {
  JumpingClock clock;
  EventLoop loop(clock, "test");
  std::atomic<bool> has_run = false;
  std::promise<void> done;
  const base::TimestampMs now = clock.now();
  loop.post([&] {  // On the loop, so that it does not run before it is cancelled.
    const base::TimerId id = loop.call_at(now + 10, [&] { has_run = true; });
    loop.call_at(now + 20, [&] { done.set_value(); });
    loop.cancel(id);
    loop.cancel(id);
  });
  done.get_future().wait();
  EXPECT_FALSE(has_run);
}

TEST(EventLoop, TimersFollowAWallClockThatJumps) {
  JumpingClock clock;
  EventLoop loop(clock, "test");
  std::promise<void> done;
  loop.call_at(clock.now() + base::kHour, [&] { done.set_value(); });
  clock.jump(base::kHour);
  EXPECT_EQ(done.get_future().wait_for(testing::kPatience), std::future_status::ready);
}

TEST(EventLoop, TimersDoNotWaitForAClockThatWasSetBack) {
  JumpingClock clock;
  EventLoop loop(clock, "test");
  std::promise<void> done;
  loop.call_at(clock.now() + 300, [&] { done.set_value(); });
  std::promise<void> armed;
  loop.post([&] { armed.set_value(); });
  armed.get_future().wait();
  clock.jump(-base::kHour);
  EXPECT_EQ(done.get_future().wait_for(testing::kPatience), std::future_status::ready);
}

TEST(EventLoop, TimersSetAfterTheClockWasSetBackKeepTheirTime) {
  JumpingClock clock;
  EventLoop loop(clock, "test");
  std::promise<base::TimestampMs> done;
  clock.jump(-base::kHour);
  const base::TimestampMs when = clock.now() + 100;
  loop.call_at(when, [&] { done.set_value(clock.now()); });
  EXPECT_GE(done.get_future().get(), when);
}

/// Cancels its timer when it goes.
struct TimerOwner {
  EventLoop& loop;
  base::TimerId timer = 0;
  ~TimerOwner() { loop.cancel(timer); }
};

TEST(EventLoop, WhatATimerHoldsMayCancelTimers) {
  JumpingClock clock;
  EventLoop loop(clock, "test");
  const base::TimestampMs later = clock.now() + base::kHour;
  const auto owner = [&] {
    auto made = std::make_shared<TimerOwner>(TimerOwner{loop});
    made->timer = loop.call_at(later, [] {});
    return made;
  };
  std::promise<void> done;
  loop.call_at(0, [held = owner()] {});
  loop.cancel(loop.call_at(later, [held = owner()] {}));
  loop.call_at(0, [&] { done.set_value(); });
  EXPECT_EQ(done.get_future().wait_for(testing::kPatience), std::future_status::ready);
  loop.call_at(later, [held = owner()] {});  // goes with the loop
}

TEST(EventLoop, ATimerThatSetsAnotherInThePastLetsOthersRun) {
  JumpingClock clock;
  std::atomic<bool> stop = false;
  std::promise<void> done;
  std::function<void()> again;  // outlives the loop, which runs it
  EventLoop loop(clock, "test");
  again = [&] {
    if (!stop) loop.call_at(0, again);
  };
  loop.call_at(0, again);
  loop.post([&] { done.set_value(); });
  EXPECT_EQ(done.get_future().wait_for(testing::kPatience), std::future_status::ready);
  stop = true;
}

TEST(EventLoop, DestructionRunsWhatWasPosted) {
  JumpingClock clock;
  int ran = 0;
  {
    EventLoop loop(clock, "test");
    loop.call_at(clock.now() + base::kHour, [&] { ran += 100; });
    for (int i = 0; i < 10; ++i) loop.post([&] { ++ran; });
  }
  EXPECT_EQ(ran, 10);
}

}  // namespace
}  // namespace tocsin::net
