// Every bound on a query is reached here, and answers with an error that names it.
#include <gtest/gtest.h>

#include "running.h"
#include "tests/support/fake_time.h"

namespace tocsin::promql::test {
namespace {

std::string repeated(const std::string& word, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += word + " ";
  return out;
}

TEST(Limits, SamplesHeldAtOnce) {
  TableSource source;
  for (int i = 0; i < 20; ++i) source.load(60'000, "m{i=\"" + std::to_string(i) + "\"}", "1 2 3");
  EvalOptions options;
  options.limits.samples_max = 19;
  EXPECT_EQ(instant("m > 1", source, 120'000, options),
            "error: query processing would load too many samples into memory in query execution "
            "(--query.max-samples=19)");
  options.limits.samples_max = 21;  // And the number.
  EXPECT_NE(instant("m > 1", source, 120'000, options).substr(0, 5), "error");
  // An aggregation gives back what it read: the sum alone is held while the right side is read.
  EXPECT_EQ(instant("sum(m) + sum(m)", source, 120'000, options), "{} 120\n");
}

TEST(Limits, SamplesOfARangeVector) {
  TableSource source;
  source.load(1000, "m", repeated("1", 100));
  EvalOptions options;
  options.limits.samples_max = 50;
  EXPECT_NE(instant("m[2m]", source, 99'000, options).find("too many samples"), std::string::npos);
}

TEST(Limits, Memory) {
  TableSource source;
  source.load(60'000, "m", "1 2 3");
  EvalOptions options;
  options.limits.memory_bytes_max = 1000;
  EXPECT_EQ(range("m + 1", source, {0, 120'000, 100}, options),
            "error: query would use too much memory (--query.max-memory=1000)");
}

TEST(Limits, TimeoutAndCancel) {
  TableSource source;
  source.load(60'000, "m", "1 2 3");
  EvalOptions options;
  options.limits.timeout = -1;
  EXPECT_EQ(instant("m", source, 120'000, options),
            "error: query timed out in expression evaluation");
  auto query = prepare("m", source);
  ASSERT_TRUE(query.ok());
  const CancelFlag cancelled = true;
  const auto result = (*query)->run({120'000, 120'000, 0}, &cancelled);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, base::Code::kCancelled);
  EXPECT_EQ(result.error().message, "query was canceled in expression evaluation");
}

TEST(Limits, StatsCountWhatWasRead) {
  TableSource source;
  source.load(60'000, "a", "1 2 3 4 5");
  source.load(60'000, "a{b=\"c\"}", "1 2 3 _ 5");
  auto query = prepare("sum(rate(a[5m]))", source);
  ASSERT_TRUE(query.ok());
  const auto result = (*query)->run({240'000, 240'000, 0});
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_EQ(result->stats.samples_read, 9u);
}

TEST(Limits, StepsOfASubquery) {
  TableSource source;
  EXPECT_NE(instant("max_over_time((-nothing)[100y:1ms])", source, 0).find("--query.max-memory"),
            std::string::npos)
      << "no series, and still more steps than anyone can walk";
}

TEST(Limits, RangesThatAreNone) {
  TableSource source;
  EXPECT_NE(range("vector(1)", source, {0, 10, 0}).find("step"), std::string::npos);
  EXPECT_NE(range("vector(1)", source, {10, 0, 1}).find("end"), std::string::npos);
}

TEST(Limits, TheEndsOfTime) {
  TableSource source;
  source.load(60'000, "m", "1 2 3");
  EXPECT_EQ(instant("m @ -9223372036854774 offset 100y", source, 0), "");
  EXPECT_EQ(instant("rate(m[100y] @ -9223372036854774)", source, 0), "");
}

}  // namespace
}  // namespace tocsin::promql::test
