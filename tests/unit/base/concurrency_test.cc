#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "engine/base/executor.h"
#include "engine/base/labels.h"

namespace tocsin::base {
namespace {

// Threads make, copy and drop the same few sets, so that sets and symbols die and revive all the
// time.
TEST(Labels, SurviveConcurrentBirthAndDeath) {
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        const std::string value = std::to_string(i % 7);
        const Labels labels = Labels::of({{"concurrent", value}, {"job", "x"}});
        const Labels copy = labels.with("more", value);
        if (copy.get("concurrent") != value ||
            copy.drop(std::vector<std::string>{"more"}) != labels) {
          wrong.fetch_add(1);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(ThreadPool, FinishesWhatWasSubmittedBeforeItEnds) {
  std::atomic<int> done = 0;
  {
    ThreadPool pool(3);
    for (int i = 0; i < 1000; ++i) pool.submit([&] { done.fetch_add(1); });
  }
  EXPECT_EQ(done, 1000);
}

}  // namespace
}  // namespace tocsin::base
