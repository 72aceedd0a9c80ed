#include "engine/api/query_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/support/fake_time.h"

namespace tocsin::api {
namespace {

constexpr int64_t kNever = INT64_MAX;

struct QueryGateTest : ::testing::Test {
  const testing::FakeClock clock;
  promql::CancelFlag cancel{false};
};

TEST_F(QueryGateTest, GivesEveryoneAPlaceOfTheirOwn) {
  QueryGate gate(2, clock);
  EXPECT_EQ(gate.places(), 2u);
  const auto first = gate.enter(kNever, cancel);
  ASSERT_TRUE(first.ok());
  {
    const auto second = gate.enter(kNever, cancel);
    ASSERT_TRUE(second.ok());
    EXPECT_NE(first->number(), second->number());
    EXPECT_EQ(gate.queries(), 2u);
  }
  EXPECT_EQ(gate.queries(), 1u);
  EXPECT_TRUE(gate.enter(kNever, cancel).ok());
}

TEST_F(QueryGateTest, GrantsPlacesInTheOrderOfAsking) {
  QueryGate gate(1, clock);
  std::mutex mutex;
  std::vector<int> order;
  std::vector<std::thread> threads;
  {
    const auto held = gate.enter(kNever, cancel);
    ASSERT_TRUE(held.ok());
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        const auto place = gate.enter(kNever, cancel);
        const std::lock_guard lock(mutex);
        order.push_back(place.ok() ? i : -1);
      });
      while (gate.queries() < static_cast<size_t>(i) + 2) std::this_thread::yield();
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

TEST_F(QueryGateTest, GivesUpAtTheDeadline) {
  QueryGate gate(1, clock);
  const auto held = gate.enter(kNever, cancel);
  const auto late = gate.enter(clock.steady_ns(), cancel);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, base::Code::kTimeout);
  EXPECT_EQ(gate.queries(), 1u);
}

TEST_F(QueryGateTest, LetsOnlySoManyWait) {
  QueryGate gate(1, clock, 0);
  const auto held = gate.enter(kNever, cancel);
  const auto refused = gate.enter(kNever, cancel);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, base::Code::kTimeout);
  EXPECT_EQ(refused.error().message,
            "too many queries: 1 run (--query.max-concurrency) and 0 wait");
}

TEST_F(QueryGateTest, ForgetsThoseWhoAreCancelled) {
  QueryGate gate(1, clock);
  const auto held = gate.enter(kNever, cancel);
  promql::CancelFlag gone{true};
  const auto given_up = gate.enter(kNever, gone);
  ASSERT_FALSE(given_up.ok());
  EXPECT_EQ(given_up.error().code, base::Code::kCancelled);
  EXPECT_EQ(gate.queries(), 1u);
}

TEST_F(QueryGateTest, CancelsAllWhenItCloses) {
  QueryGate gate(1, clock);
  const auto held = gate.enter(kNever, cancel);
  promql::CancelFlag other{false};
  std::thread waiter([&] { EXPECT_FALSE(gate.enter(kNever, other).ok()); });
  while (gate.queries() < 2) std::this_thread::yield();
  gate.close();
  waiter.join();
  EXPECT_TRUE(cancel.load());
  EXPECT_FALSE(gate.enter(kNever, other).ok());
}

TEST_F(QueryGateTest, GrantsNoPlaceOnceItIsClosed) {
  QueryGate gate(1, clock);
  std::atomic<int> granted{0};
  std::vector<std::thread> waiters;
  {
    const auto held = gate.enter(kNever, cancel);
    for (size_t i = 0; i < 8; ++i) {
      waiters.emplace_back([&] {
        promql::CancelFlag own{false};
        if (gate.enter(kNever, own).ok()) ++granted;
      });
      while (gate.queries() < i + 2) std::this_thread::yield();
    }
    gate.close();
  }  // The place is given back before those who wait have looked.
  for (std::thread& waiter : waiters) waiter.join();
  EXPECT_EQ(granted, 0);
}

}  // namespace
}  // namespace tocsin::api
