// When memory goes back to the system after large requests.
#include "engine/app/heap_trimmer.h"

#include <gtest/gtest.h>

#include "tests/support/fake_time.h"

namespace tocsin::app {
namespace {

class DirectExecutor final : public base::Executor {
 public:
  void submit(std::function<void()> task) override { task(); }
};

class HeapTrimmerTest : public ::testing::Test {
 protected:
  net::ServerResponse answer(size_t request_bytes, size_t response_bytes,
                             base::DurationMs takes = 0) {
    const auto handler = trimmer.watch([&](const net::ServerRequest&) {
      clock.advance(takes);
      net::ServerResponse response;
      response.body.assign(response_bytes, 'x');
      return response;
    });
    net::ServerRequest request;
    request.body.assign(request_bytes, 'x');
    return handler(request);
  }

  testing::FakeClock clock;
  testing::FakeLoop loop{clock};
  DirectExecutor executor;
  int trims = 0;
  HeapTrimmer trimmer{loop, executor, clock, [this] { ++trims; }};
};

TEST_F(HeapTrimmerTest, SmallRequestsCostNothing) {
  EXPECT_EQ(answer(1000, 2000).body.size(), 2000u);
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(HeapTrimmerTest, OneTrimFollowsLargeRequests) {
  answer(HeapTrimmer::kLargeBytes, 0);
  loop.run_for(HeapTrimmer::kPause / 2);
  answer(0, HeapTrimmer::kLargeBytes);
  loop.run_for(HeapTrimmer::kPause / 2);
  EXPECT_EQ(trims, 0);  // The second has only just been.
  loop.run_for(HeapTrimmer::kPause / 2);
  EXPECT_EQ(trims, 1);
  loop.run_for(base::kMinute);
  EXPECT_EQ(trims, 1);
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(HeapTrimmerTest, WhatTakesLongIsLarge) {
  answer(10, 10, 20);
  loop.run_for(HeapTrimmer::kPause);
  EXPECT_EQ(trims, 1);
}

TEST_F(HeapTrimmerTest, TrimsOnceInAWhileWithoutAPause) {
  for (base::DurationMs t = 0; t < 3 * HeapTrimmer::kEvery; t += 100) {
    trimmer.note_large();
    loop.run_for(100);
  }
  EXPECT_EQ(trims, 3);
}

TEST_F(HeapTrimmerTest, StopsWhenTold) {
  trimmer.note_large();
  trimmer.stop();
  trimmer.note_large();
  loop.run_for(base::kMinute);
  EXPECT_EQ(trims, 0);
  EXPECT_EQ(loop.timers(), 0u);
}

}  // namespace
}  // namespace tocsin::app
