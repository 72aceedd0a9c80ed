#include "engine/api/query_log.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "engine/api/rule_query_log.h"
#include "tests/support/fake_time.h"

namespace tocsin::api {
namespace {

struct QueryLogTest : ::testing::Test {
  QueryLogTest() { std::remove(path.c_str()); }
  ~QueryLogTest() override { std::remove(path.c_str()); }
  void use(const std::string& file) {
    const auto change = log.prepare(file);
    ASSERT_TRUE(change.ok());
    (*change)();
  }
  static std::string text_of(const std::string& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  const testing::FakeClock clock{1'000};
  QueryLog log{clock};
  const std::string path = ::testing::TempDir() + "query.log." +
                           ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const QueryLogEntry entry{.query = "up",
                            .range = {500, 2'500, 1'000},
                            .timings = {.queue = 1, .prepare = 2, .eval = 3'000'000, .total = 4},
                            .stats = {},
                            .error = {},
                            .origin = {}};
};

TEST_F(QueryLogTest, WritesALineInUpstreamsShape) {
  use(path);
  const std::string origin = http_origin("127.0.0.1:52612", "GET", "/api/v1/query");
  QueryLogEntry failed = entry;
  failed.query = "a<b";
  failed.error = "bad \"<x>\"";
  failed.origin = origin;
  log.write(entry);
  log.write(failed);
  const std::string stats =
      R"("stats":{"timings":{"evalTotalTime":0.003000002,"resultSortTime":0,)"
      R"("queryPreparationTime":0.000000002,"innerEvalTime":0.003,"execQueueTime":0.000000001,)"
      R"("execTotalTime":0.000000004},"samples":{"totalQueryableSamples":0,"samplesRead":0,)"
      R"("peakSamples":0}})";
  EXPECT_EQ(text_of(path),
            R"({"time":"1970-01-01T00:00:01.000Z","level":"INFO","msg":"promql query logged",)"
            R"("params":{"end":"1970-01-01T00:00:02.500Z","query":"up",)"
            R"("start":"1970-01-01T00:00:00.500Z","step":1},)" +
                stats + "}\n" +
                R"({"time":"1970-01-01T00:00:01.000Z","level":"INFO","msg":"promql query logged",)"
                R"("params":{"end":"1970-01-01T00:00:02.500Z","query":"a<b",)"
                R"("start":"1970-01-01T00:00:00.500Z","step":1},"error":"bad \"<x>\"",)" +
                stats +
                R"(,"httpRequest":{"clientIP":"127.0.0.1","method":"GET","path":"/api/v1/query"}})"
                "\n");
}

TEST_F(QueryLogTest, GoesOnInANewFileAfterTheOldOneWasMovedAway) {
  EXPECT_FALSE(log.is_enabled());
  log.write(entry);
  use(path);
  EXPECT_TRUE(log.is_enabled());
  log.write(entry);
  const std::string moved = path + ".1";
  ASSERT_EQ(std::rename(path.c_str(), moved.c_str()), 0);
  log.write(entry);
  EXPECT_EQ(text_of(path), "");
  use(path);
  log.write(entry);
  EXPECT_EQ(text_of(moved).size(), 2 * text_of(path).size());
  EXPECT_EQ(std::remove(moved.c_str()), 0);
  use("");
  EXPECT_FALSE(log.is_enabled());
}

TEST_F(QueryLogTest, KeepsTheOldFileWhenANewOneCannotBeOpened) {
  use(path);
  const auto change = log.prepare("/nonexistent/query.log");
  ASSERT_FALSE(change.ok());
  EXPECT_NE(change.error().message.find("/nonexistent/query.log"), std::string::npos);
  EXPECT_TRUE(log.is_enabled());
}

TEST_F(QueryLogTest, CountsWhatItCannotWrite) {
  use("/dev/full");
  log.write(entry);
  EXPECT_EQ(log.failures(), 1u);
}

TEST_F(QueryLogTest, NamesTheGroupOfARule) {
  RuleQueryLog rules(log);
  EXPECT_FALSE(rules.wants());
  use(path);
  EXPECT_TRUE(rules.wants());
  rules.on_run(
      {.file = "a\"b.yml", .group = "g<1>", .query = "up", .t = 1'000, .stats = {}, .error = {}});
  EXPECT_TRUE(text_of(path).ends_with(R"(,"ruleGroup":{"file":"a\"b.yml","name":"g<1>"}})"
                                      "\n"))
      << text_of(path);
}

TEST(HttpOrigin, ShowsAddressesWithoutPortOrBrackets) {
  EXPECT_EQ(http_origin("[::1]:80", "POST", "/a\"b"),
            R"("httpRequest":{"clientIP":"::1","method":"POST","path":"/a\"b"})");
}

}  // namespace
}  // namespace tocsin::api
