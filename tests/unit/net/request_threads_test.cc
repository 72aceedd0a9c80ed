#include "engine/net/request_threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace tocsin::net {
namespace {

using std::chrono::hours;

TEST(RequestThreads, RunsTasksThatWaitForEachOther) {
  std::latch together(8);
  RequestThreads threads(8, hours(1));
  for (int i = 0; i < 8; ++i) threads.submit([&] { together.arrive_and_wait(); });
  together.wait();
  EXPECT_EQ(threads.threads(), 8u);
}

TEST(RequestThreads, KeepsWhatIsBeyondTheBoundInOrder) {
  std::latch may_go(1);
  std::vector<int> order;
  {
    RequestThreads threads(1, hours(1));
    threads.submit([&] { may_go.wait(); });
    for (int i = 0; i < 5; ++i) threads.submit([&order, i] { order.push_back(i); });
    EXPECT_EQ(threads.threads(), 1u);
    may_go.count_down();
  }
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(RequestThreads, EndsIdleThreadsButOne) {
  RequestThreads threads(8, std::chrono::milliseconds(1));
  std::latch together(4);
  for (int i = 0; i < 4; ++i) threads.submit([&] { together.arrive_and_wait(); });
  together.wait();
  while (threads.threads() > 1) std::this_thread::yield();
  std::latch again(1);
  threads.submit([&] { again.count_down(); });
  again.wait();
}

TEST(RequestThreads, FinishesWhatWasSubmitted) {
  std::atomic<int> done{0};
  {
    RequestThreads threads(2, hours(1));
    for (int i = 0; i < 1000; ++i) threads.submit([&] { done.fetch_add(1); });
  }
  EXPECT_EQ(done.load(), 1000);
}

}  // namespace
}  // namespace tocsin::net
