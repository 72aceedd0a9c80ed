// Large selectors on several threads: the same results, to the bit, whatever the number of threads.
#include "promql/eval/morsels.h"

#include <gtest/gtest.h>

#include <atomic>
#include <bit>
#include <random>

#include "engine/base/sample.h"
#include "running.h"

namespace tocsin::promql {
namespace {

using base::kMinute;

size_t rows_in(const std::vector<base::RowRange>& morsels) {
  size_t rows = 0;
  for (const base::RowRange& range : morsels) {
    EXPECT_EQ(range.begin, rows);
    EXPECT_EQ(range.begin % 64, 0u);
    rows = range.end;
  }
  return rows;
}

TEST(Morsels, CoverAllRowsInWholeWords) {
  base::InlineExecutor executor;
  for (const size_t rows : {1u, 63u, 64u, 65u, 1000u, 4096u, 100'001u}) {
    for (const size_t threads : {1u, 2u, 3u, 7u}) {
      const auto morsels = morsels_of(rows, 1, {&executor, threads, 1});
      EXPECT_EQ(rows_in(morsels), rows);
      EXPECT_LE(morsels.size(), threads);
    }
  }
  EXPECT_TRUE(morsels_of(0, 1, {&executor, 4, 1}).empty());
}

TEST(Morsels, SmallWorkIsNotSplit) {
  base::InlineExecutor executor;
  EXPECT_EQ(morsels_of(10'000, 1, {&executor, 4}).size(), 1u);
  EXPECT_EQ(morsels_of(10'000, 60, {&executor, 4}).size(), 4u);
  EXPECT_EQ(morsels_of(1'000'000, 1, {}).size(), 1u);
}

/// Has no thread to spare.
class BusyExecutor final : public base::Executor {
 public:
  void submit(std::function<void()> task) override { waiting.push_back(std::move(task)); }
  std::vector<std::function<void()>> waiting;
};

TEST(Morsels, ABusyExecutorIsNotWaitedFor) {
  BusyExecutor executor;
  std::vector<int> calls(5);
  run_morsels(executor, calls.size(), [&](size_t i) { ++calls[i]; });
  EXPECT_EQ(calls, std::vector<int>(5, 1));
  for (const auto& late : executor.waiting) late();
  EXPECT_EQ(calls, std::vector<int>(5, 1));
}

TEST(Morsels, EachIsDoneOnce) {
  base::ThreadPool pool(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::atomic<int>> calls(17);
    run_morsels(pool, calls.size(), [&](size_t i) { ++calls[i]; });
    for (const auto& count : calls) EXPECT_EQ(count, 1);
  }
}

/// Streams of 1000 rows with gaps, resets and stale markers, and some histograms.
void fill(test::TableSource& source) {
  for (int i = 0; i < 200; ++i) {
    source.load(kMinute, "gauge{i=\"" + std::to_string(i) + "\"}", "1 2 3 4 5 6");
  }
  std::mt19937_64 random(7);
  for (int stream = 0; stream < 3; ++stream) {
    test::Table& table = source.add_table();
    for (int row = 0; row < 1000; ++row) {
      table.labels.push_back(base::Labels::of({{"__name__", "x_total"},
                                               {"instance", "i" + std::to_string(stream)},
                                               {"row", std::to_string(row)}}));
    }
    std::vector<double> values(1000);
    for (int column = 0; column < 20; ++column) {
      for (double& v : values) {
        const uint64_t dice = random() % 40;
        v = dice == 0 ? 0 : base::is_absent(v) ? 1 : v + static_cast<double>(random() % 1000) / 7;
        if (dice == 1) v = base::absent_marker();
      }
      table.add_column(column * kMinute / 4, values);
    }
  }
}

std::string results(test::TableSource& source, const std::string& text,
                    const EvalOptions& options) {
  return test::range(text, source, {kMinute, 5 * kMinute, kMinute / 2}, options) +
         test::instant(text, source, 4 * kMinute, options);
}

TEST(Morsels, ResultsAreTheSameForAnyNumberOfThreads) {
  test::TableSource source;
  fill(source);
  base::ThreadPool pool(4);
  for (const char* text :
       {"rate(x_total[2m])", "sum by (instance) (increase(x_total[2m]))", "changes(x_total[90s])",
        "quantile_over_time(0.3, x_total[2m])", "avg_over_time(x_total[2m]) > 100",
        "resets(x_total[3m])", "predict_linear(x_total[2m], 60)"}) {
    const std::string alone = results(source, text, {});
    for (const size_t threads : {2u, 3u, 4u}) {
      EvalOptions options;
      options.parallelism = {&pool, threads, 64};
      EXPECT_TRUE(results(source, text, options) == alone) << text << " on " << threads;
    }
  }
}

TEST(Morsels, LimitsAndAnnotationsHoldOnSeveralThreads) {
  test::TableSource source;
  fill(source);
  base::ThreadPool pool(4);
  EvalOptions options;
  options.parallelism = {&pool, 3, 64};
  const std::string remarked = results(source, "rate(gauge[2m])", {});
  EXPECT_NE(remarked.find("metric might not be a counter"), std::string::npos);
  EXPECT_EQ(results(source, "rate(gauge[2m])", options), remarked);
  EvalOptions alone;
  alone.limits.samples_max = 1000;
  options.limits.samples_max = 1000;
  EXPECT_EQ(results(source, "rate(x_total[2m])", options),
            results(source, "rate(x_total[2m])", alone));
}

}  // namespace
}  // namespace tocsin::promql
