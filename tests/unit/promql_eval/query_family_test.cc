#include "promql/eval/query_family.h"

#include <gtest/gtest.h>

#include "promql/eval/eval_memory.h"
#include "running.h"

namespace tocsin::promql {
namespace {

using base::kMinute;
using base::TimestampMs;

class FamilyTest : public ::testing::Test {
 protected:
  FamilyTest() {
    source.load(kMinute, "x{a=\"1\",job=\"j\"}", "1 5 3 8 9 13");
    source.load(kMinute, "x{a=\"2\",job=\"j\"}", "2 4 6 8 1 2");
    source.load(kMinute, "y{a=\"1\",job=\"j\"}", "10 20 30 40 50 60");
    source.load(kMinute, "y{a=\"3\",job=\"j\"}", "1 1 2 2 3 3");
  }
  void make(const std::vector<std::string>& texts, std::vector<std::string> written = {}) {
    EvalOptions options;
    options.memory = pool;
    family = QueryFamily::make(source, options, test::system_clock(), std::move(written));
    std::vector<ExprPtr> exprs;
    for (const std::string& text : texts) {
      auto expr = parse_expr(text, {});
      ASSERT_TRUE(expr.ok()) << text;
      exprs.push_back(*std::move(expr));
      family->announce(*exprs.back());
    }
    for (size_t i = 0; i < texts.size(); ++i) {
      auto query = family->prepare(*exprs[i], texts[i]);
      ASSERT_TRUE(query.ok()) << texts[i];
      queries.push_back(*std::move(query));
      alone.push_back(*test::prepare(texts[i], source));
    }
  }
  /// One pass at `t`: every query finds what it finds alone. Returns what each read.
  std::vector<uint64_t> pass(TimestampMs t) {
    std::vector<uint64_t> read;
    family->begin_pass();
    for (size_t i = 0; i < queries.size(); ++i) {
      const auto shared = queries[i]->run_instant(t);
      const auto expected = alone[i]->run_instant(t);
      EXPECT_TRUE(shared.ok() && expected.ok());
      read.push_back(shared->stats.samples_read);
      EXPECT_EQ(shared->schema->labels, expected->schema->labels);
      for (size_t row = 0; row < expected->values.size(); ++row) {
        EXPECT_EQ(shared->has(row), expected->has(row));
        if (!expected->has(row)) continue;
        EXPECT_EQ(shared->values[row], expected->values[row]);
      }
    }
    family->end_pass();
    return read;
  }

  test::TableSource source;
  const std::shared_ptr<EvalMemoryPool> pool = std::make_shared<EvalMemoryPool>();
  std::shared_ptr<QueryFamily> family;
  std::vector<std::unique_ptr<Query>> queries;
  std::vector<std::unique_ptr<Query>> alone;
};

TEST_F(FamilyTest, WhatQueriesHaveInCommonIsReadOnce) {
  make({"rate(x[3m]) > 0.01", "rate(x[3m]) > 0.02", "sum by (job) (rate(x[3m]))"});
  for (TimestampMs t = 2 * kMinute; t <= 5 * kMinute; t += kMinute) {
    const auto read = pass(t);
    EXPECT_GT(read[0], 0u);
    EXPECT_EQ(read[1], 0u);
    EXPECT_EQ(read[2], 0u);
  }
}

TEST_F(FamilyTest, TheLargestCommonPartIsShared) {
  make({"sum(rate(x[3m])) / sum(rate(y[3m])) > 0.5", "sum(rate(x[3m])) / sum(rate(y[3m])) > 0.1",
        "-(sum(rate(x[3m])))"});
  const auto read = pass(3 * kMinute);
  EXPECT_GT(read[0], 0u);
  EXPECT_EQ(read[1] + read[2], 0u);
}

TEST_F(FamilyTest, UsersDoNotSpoilEachOthersValues) {
  make({"-rate(x[3m])", "rate(x[3m]) * 1000", "rate(x[3m]) > bool 0.02", "rate(x[3m])"});
  pass(3 * kMinute);
  pass(4 * kMinute);
}

TEST_F(FamilyTest, APassSeesNewSamplesAndRows) {
  make({"max_over_time(x[3m]) > 0", "max_over_time(x[3m])"});
  pass(4 * kMinute);
  source.load(kMinute, "x{a=\"4\",job=\"j\"}", "7 7 7 7 7 7");
  source.rows_changed();
  pass(4 * kMinute);
  EXPECT_EQ(queries[1]->run_instant(4 * kMinute)->schema->labels.size(), 3u);
}

TEST_F(FamilyTest, OtherTimesAreEvaluatedAnew) {
  make({"sum(rate(x[3m]))", "sum(rate(x[3m])) > 0", "max_over_time(sum(rate(x[3m]))[2m:1m])"});
  pass(4 * kMinute);
  pass(5 * kMinute);
}

TEST_F(FamilyTest, PartsThatDifferInOneModifierStayApart) {
  std::vector<std::string> texts;
  for (const char* text : {"sum(x)",
                           "sum(x offset 1m)",
                           "sum(x offset -1m)",
                           "sum(x @ 60)",
                           "sum(x @ 60.001)",
                           "sum(x @ 120 offset 1m)",
                           "sum by (a) (x)",
                           "sum without (a) (x)",
                           "sum by (a, job) (x)",
                           "sum(x{a=\"1\"})",
                           "sum(x{a!=\"1\"})",
                           "sum(x{a=~\"1|2\"})",
                           "sum(y)",
                           "count(x)",
                           "topk(1, x)",
                           "topk(2, x)",
                           "bottomk(1, x)",
                           "quantile(0.5, x)",
                           "quantile(0.51, x)",
                           "rate(x[3m])",
                           "rate(x[2m])",
                           "rate(x[3m] offset 1m)",
                           "rate(x[3m] @ 180)",
                           "max_over_time(sum(x)[2m:1m])",
                           "max_over_time(sum(x)[2m:30s])",
                           "max_over_time(sum(x)[2m:1m] @ 180)",
                           "max_over_time(sum(x)[2m:1m] offset 1m)",
                           "quantile_over_time(0.5, x[3m])",
                           "quantile_over_time(0.25, x[3m])",
                           "x + y",
                           "x - y",
                           "x > y",
                           "x > bool y",
                           "x + on (a) y",
                           "x + ignoring (job) y",
                           "x and y",
                           "x unless y",
                           "sum(x) or sum(y)",
                           "y + on () group_left sum(x)",
                           "y + on () group_left () sum(x @ 60)",
                           "sum(x) + sum(x @ 60) + sum(x offset 1m)"}) {
    texts.emplace_back(text);
    texts.push_back("-(" + texts.back() + ")");
    texts.push_back(texts[texts.size() - 2] + " > 1");
  }
  make(texts);
  for (TimestampMs t = kMinute; t <= 6 * kMinute; t += kMinute / 2) pass(t);
}

TEST_F(FamilyTest, APartThatFailsFailsForAllAndIsTriedAgain) {
  make({"sum(x * on (job) y)", "-(x * on (job) y)", "sum(x)", "-sum(x)"});
  for (int i = 0; i < 2; ++i) {
    family->begin_pass();
    for (const size_t failing : {0, 1}) {
      const auto shared = queries[failing]->run_instant(3 * kMinute);
      const auto expected = alone[failing]->run_instant(3 * kMinute);
      ASSERT_FALSE(shared.ok());
      EXPECT_EQ(shared.error().message, expected.error().message);
    }
    EXPECT_EQ(queries[2]->run_instant(3 * kMinute)->values[0], 16);
    EXPECT_EQ(queries[3]->run_instant(3 * kMinute)->values[0], -16);
  }
  // One that is cancelled leaves nothing to the others.
  CancelFlag cancel{true};
  family->begin_pass();
  EXPECT_EQ(queries[2]->run_instant(4 * kMinute, &cancel).error().code, base::Code::kCancelled);
  EXPECT_EQ(queries[3]->run_instant(4 * kMinute)->values[0], -10);
  EXPECT_EQ(queries[2]->run_instant(4 * kMinute)->values[0], 10);
}

// A join's one side may have duplicates as long as its other side is empty: as it was written, not
// as the join asks for it.
TEST_F(FamilyTest, AMatcherOfItsOwnIsNotOneThatAJoinAdded) {
  source.load(kMinute, "x{a=\"7\",job=\"k\"}", "1 5 3 8 9 13");
  make({"x{a=\"7\",job=\"j\"} * on (job) y{job=\"j\"}", "x{a=\"7\"} * on (job) y{job=\"j\"}"});
  family->begin_pass();
  EXPECT_TRUE(queries[0]->run_instant(3 * kMinute).ok());
  const auto duplicates = queries[1]->run_instant(3 * kMinute);
  ASSERT_FALSE(duplicates.ok());
  EXPECT_EQ(duplicates.error().message, alone[1]->run_instant(3 * kMinute).error().message);
}

TEST_F(FamilyTest, WhatTheOwnerWritesIsReadEachTime) {
  make({"rate(x[3m]) > 0.01", "rate(x[3m]) > 0.02"}, {"x"});
  EXPECT_GT(pass(3 * kMinute)[1], 0u);
}

TEST_F(FamilyTest, MetricsWithoutANameAreReadEachTime) {
  make({"rate({job=\"j\",a=\"1\",__name__=~\"x|z\"}[3m])",
        "rate({job=\"j\",a=\"1\",__name__=~\"x|z\"}[3m]) > 0"});
  EXPECT_GT(pass(3 * kMinute)[1], 0u);
}

TEST_F(FamilyTest, QueriesThatReadWithoutBucketsShareNothing) {
  make({"rate(x[3m])", "histogram_count(rate(x[3m]))", "rate(x[3m]) > 0"});
  const auto read = pass(3 * kMinute);
  EXPECT_GT(read[1], 0u);
  EXPECT_EQ(read[2], 0u);
}

TEST_F(FamilyTest, MemoryIsLentForAPass) {
  const auto frame_room = [](EvalMemory& memory) {
    memory.begin_run();
    return memory.take_frame().values.capacity();
  };
  make({"rate(x[3m]) > 0.01", "sum by (job) (rate(x[3m])) + sum by (job) (y)"});
  family->begin_pass();
  EXPECT_TRUE(queries[1]->run_instant(3 * kMinute).ok());
  const auto other = pool->take();
  EXPECT_EQ(frame_room(*other), 0u);  // The family has what it used.
  family->end_pass();
  auto used = pool->take();
  EXPECT_GT(frame_room(*used), 0u);
  used->take_frame().values.assign(100, 7);
  pool->give(std::move(used));
  pass(3 * kMinute);  // What is left in frames is not seen.
  pool->clear();
  EXPECT_EQ(frame_room(*pool->take()), 0u);
  pass(4 * kMinute);
}

TEST_F(FamilyTest, TellsWhoWritesWhatIsShared) {
  make({"rate(x[3m]) > 0.01", "rate(x[3m]) > 0.02"});
  std::vector<uint32_t> writers{99};
  EXPECT_TRUE(queries[1]->refresh_writers(writers));
  EXPECT_TRUE(writers.empty());  // Tables have no writers.
  EXPECT_FALSE(queries[1]->refresh_writers(writers));
}

}  // namespace
}  // namespace tocsin::promql
