#include "rules/early_runner.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/fake_time.h"

namespace tocsin::rules {
namespace {

using base::kSecond;
using base::TimestampMs;

constexpr TimestampMs kStart = 1'000'000'000;
constexpr base::DurationMs kInterval = 10 * kSecond;

class EarlyRunnerTest : public ::testing::Test {
 protected:
  EarlyRunnerTest() {
    id = scheduler.add({.interval = kInterval,
                        .phase = 0,
                        .run = [this](TimestampMs t) { slots.push_back(t - kStart); },
                        .missed = [](uint64_t) {},
                        .finished = [this](uint64_t task) { early.set_writers(task, writers); }});
    early.add(id, {kInterval, [this](TimestampMs t) {
                     runs.push_back(t - kStart);
                     return cost_ms * 1'000'000;
                   }});
  }
  ~EarlyRunnerTest() override {
    early.remove(id);
    scheduler.remove(id, [] {});
  }
  void commit(uint32_t writer) {
    commits.note(writer);
    early.on_commit(writer);
  }
  /// Lets `writer` commit every `gap` ms, `times` times.
  void commit_every(base::DurationMs gap, int times, uint32_t writer = 1) {
    for (int i = 0; i < times; ++i) {
      loop.run_for(gap);
      commit(writer);
    }
    loop.run_ready();
  }

  testing::FakeClock clock{kStart};
  testing::FakeLoop loop{clock};
  base::InlineExecutor executor;
  Scheduler scheduler{loop, executor, clock};
  CommitTimes commits{clock};
  EarlyRunner early{loop, scheduler, clock, commits};
  Scheduler::TaskId id = 0;
  std::vector<uint32_t> writers{1};
  int64_t cost_ms = 0;
  std::vector<TimestampMs> slots;
  std::vector<TimestampMs> runs;
};

TEST_F(EarlyRunnerTest, RunsOnEachCommitOnceTheWritersPaceIsKnown) {
  loop.run_for(3 * kSecond);
  commit(1);
  commit_every(kInterval, 4);
  // Its pace is known at 13 s and judged at the slot of 20 s.
  EXPECT_EQ(slots, (std::vector<TimestampMs>{10'000, 20'000, 30'000, 40'000}));
  EXPECT_EQ(runs, (std::vector<TimestampMs>{23'000, 33'000, 43'000}));
}

TEST_F(EarlyRunnerTest, DoesNotRunForWritersFasterThanTheSlots) {
  commit_every(kInterval / 2 + 1, 20);
  EXPECT_TRUE(runs.empty());
  EXPECT_EQ(slots.size(), 10u);
}

TEST_F(EarlyRunnerTest, DoesNotRunWhenSlotsWouldMissSamples) {
  // Of four commits the slots see three: an early run would see one that no slot does.
  commit_every(kInterval * 3 / 4, 40);
  EXPECT_TRUE(runs.empty());
}

TEST_F(EarlyRunnerTest, ALateCommitDoesNotMakeAFastWriter) {
  loop.run_for(kSecond);
  for (int i = 0; i < 6; ++i) commit_every(kInterval, 1);
  runs.clear();
  commit_every(kInterval + 4 * kSecond, 1);
  commit_every(kInterval - 4 * kSecond, 1);
  commit_every(kInterval, 2);
  EXPECT_EQ(runs.size(), 4u);
}

TEST_F(EarlyRunnerTest, OneFastWriterIsEnoughToWaitForTheSlots) {
  writers = {1, 2};
  for (int i = 0; i < 5; ++i) {
    commit_every(4 * kSecond, 2, 2);
    commit_every(2 * kSecond, 1, 1);
  }
  EXPECT_TRUE(runs.empty());
}

TEST_F(EarlyRunnerTest, ForgetsWritersThatAreNoLongerRead) {
  commit_every(kInterval + 1, 5);
  const size_t before = runs.size();
  EXPECT_GT(before, 0u);
  writers = {2};
  commit_every(kInterval, 5);
  EXPECT_LE(runs.size(), before + 1);  // One before the slot that noticed.
}

TEST_F(EarlyRunnerTest, StaysWithinItsShareOfOneCpu) {
  cost_ms = 50;
  for (uint32_t writer = 1; writer <= 50; ++writer) {
    if (writer > 1) writers.push_back(writer);
  }
  for (int i = 0; i < 200; ++i) {
    for (uint32_t writer = 1; writer <= 50; ++writer) {
      loop.run_for(kInterval / 50);
      commit(writer);
    }
  }
  const auto elapsed = static_cast<double>(clock.now() - kStart);
  const double spent = static_cast<double>(runs.size()) * 50;
  EXPECT_GT(runs.size(), 100u);
  EXPECT_LT(spent, elapsed * EarlyRunner::kCpuShare + 100);
}

TEST_F(EarlyRunnerTest, RemovedTasksNeverRun) {
  commit_every(kInterval + 1, 5);
  const size_t before = runs.size();
  commit(1);
  early.remove(id);
  loop.run_ready();
  EXPECT_EQ(runs.size(), before);
}

}  // namespace
}  // namespace tocsin::rules
