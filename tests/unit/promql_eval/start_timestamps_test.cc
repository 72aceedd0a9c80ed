// Start timestamps in rate and its like, and start_timestamp(). Values worked out by hand from
// upstream's rules; upstream's own script is run by promql_script_tests.
#include <gtest/gtest.h>

#include "running.h"

namespace tocsin::promql {
namespace {

using test::TableSource;

constexpr base::TimestampMs kMinute = base::kMinute;
constexpr base::TimestampMs kUnknown = base::kNoStart;

// Two rows that share timestamps, a minute apart from 1m on. `a` was restarted before each of its
// last two samples without getting lower, `b` says nothing of starts until its last sample.
void add_counters(TableSource& source) {
  test::Table& table = source.add_table();
  table.labels = {base::Labels::of({{"__name__", "x_total"}, {"row", "a"}}),
                  base::Labels::of({{"__name__", "x_total"}, {"row", "b"}})};
  table.add_column(1 * kMinute, {10, 1});
  table.add_column(2 * kMinute, {10, 2});
  table.add_column(3 * kMinute, {20, 5});
  table.starts = {{}, {1 * kMinute + 1, kUnknown}, {2 * kMinute + 1, 2 * kMinute + 1}};
}

EvalOptions with_starts() {
  EvalOptions options;
  options.features.use_start_timestamps = true;
  return options;
}

TEST(StartTimestamps, TellOfResets) {
  TableSource source;
  add_counters(source);
  // (0m, 3m]: 20-10 and twice the 10 before; 5-1 and the 2 before. All of it extrapolated by 60 s,
  // or to where the counter was 0.
  EXPECT_EQ(test::instant("increase(x_total[3m])", source, 3 * kMinute, with_starts()),
            "{row=\"a\"} 40\n{row=\"b\"} 7\n");
  EXPECT_EQ(test::instant("resets(x_total[3m])", source, 3 * kMinute, with_starts()),
            "{row=\"a\"} 2\n{row=\"b\"} 1\n");
  EXPECT_EQ(test::instant("irate(x_total[3m]) * 60", source, 3 * kMinute, with_starts()),
            "{row=\"a\"} 20\n{row=\"b\"} 5\n");
  EXPECT_EQ(test::instant("delta(x_total[3m])", source, 3 * kMinute, with_starts()),
            test::instant("delta(x_total[3m])", source, 3 * kMinute));
}

TEST(StartTimestamps, AreNotLookedAtUnlessEnabled) {
  TableSource source;
  add_counters(source);
  EXPECT_EQ(test::instant("increase(x_total[3m])", source, 3 * kMinute),
            "{row=\"a\"} 15\n{row=\"b\"} 5\n");
  EXPECT_EQ(test::instant("resets(x_total[3m])", source, 3 * kMinute),
            "{row=\"a\"} 0\n{row=\"b\"} 0\n");
  EXPECT_EQ(test::instant("start_timestamp(x_total)", source, 3 * kMinute), "");
}

TEST(StartTimestamps, MakeOneSampleEnough) {
  TableSource source;
  add_counters(source);
  EXPECT_EQ(test::instant("increase(x_total[1m])", source, 3 * kMinute, with_starts()),
            "{row=\"a\"} 20\n{row=\"b\"} 5\n");
  EXPECT_EQ(test::instant("increase(x_total[59999ms])", source, 3 * kMinute, with_starts()), "");
}

TEST(StartTimestamps, GoWithTheSamplesThatAreThere) {
  TableSource source;
  test::Table& table = source.add_table();
  table.labels = {base::Labels::of({{"__name__", "x_total"}, {"row", "a"}}),
                  base::Labels::of({{"__name__", "x_total"}, {"row", "b"}})};
  table.add_column(1 * kMinute, {1, 1});
  table.add_column(2 * kMinute, {base::absent_marker(), 1});
  table.add_column(3 * kMinute, {1, 1});
  const base::TimestampMs start = 1 * kMinute + 30'000;
  table.starts = {{kUnknown, kUnknown}, {start, start}, {start, start}};
  EXPECT_EQ(test::instant("resets(x_total[5m])", source, 3 * kMinute, with_starts()),
            "{row=\"a\"} 1\n{row=\"b\"} 1\n");
}

TEST(StartTimestamps, AreLostInSubqueries) {
  TableSource source;
  add_counters(source);
  EXPECT_EQ(test::instant("resets(x_total[3m:1m])", source, 3 * kMinute, with_starts()),
            "{row=\"a\"} 0\n{row=\"b\"} 0\n");
}

TEST(StartTimestamps, CountInAnchoredWindows) {
  TableSource source;
  add_counters(source);
  EXPECT_EQ(test::instant("resets(x_total[1m] anchored)", source, 3 * kMinute, with_starts()),
            "{row=\"a\"} 1\n{row=\"b\"} 1\n");
}

TEST(StartTimestamps, OverlapsAreCountedInOneWarning) {
  TableSource source;
  test::Table& table = source.add_table();
  for (const char* row : {"a", "b"})
    table.labels.push_back(base::Labels::of({{"__name__", "x_total"}, {"row", row}}));
  for (int i = 1; i <= 3; ++i) {
    table.add_column(i * kMinute, {1.0 * i, 2.0 * i});
    table.starts.push_back({i * kMinute - 90'000, i * kMinute - 90'000});
  }
  const std::string warning =
      "warning: PromQL warning: sample has start time that overlaps with previous sample timestamp "
      "for metric \"x_total\"";
  EXPECT_EQ(test::instant("sum(increase(x_total[2m]))", source, 3 * kMinute, with_starts()),
            "{} 6\n" + warning + " (2 occurrences) (1:14)\n");
  EXPECT_EQ(test::instant("increase(x_total{row=\"a\"}[2m])", source, 3 * kMinute, with_starts()),
            "{row=\"a\"} 2\n" + warning + " (1:10)\n");
  EXPECT_EQ(test::instant("resets(x_total{row=\"a\"}[2m])", source, 3 * kMinute, with_starts()),
            "{row=\"a\"} 0\n");
}

TEST(StartTimestamps, CanBeAskedFor) {
  TableSource source;
  add_counters(source);
  EXPECT_EQ(test::instant("start_timestamp(x_total)", source, 3 * kMinute, with_starts()),
            "{row=\"a\"} 120.001\n{row=\"b\"} 120.001\n");
  EXPECT_EQ(
      test::instant("start_timestamp((x_total offset 1m))", source, 3 * kMinute, with_starts()),
      "{row=\"a\"} 60.001\n{row=\"b\"} 0\n");
  EXPECT_EQ(test::instant("start_timestamp(-x_total)", source, 3 * kMinute, with_starts()), "");
  EXPECT_EQ(test::range("start_timestamp(x_total{row=\"a\"} @ 120)", source,
                        {3 * kMinute, 4 * kMinute, kMinute}, with_starts()),
            "{row=\"a\"} 60.001@180000 60.001@240000\n");
}

}  // namespace
}  // namespace tocsin::promql
