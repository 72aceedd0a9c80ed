#include "engine/api/query_log.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <deque>

#include "engine/api/rule_query_log.h"
#include "tests/support/fake_time.h"
#include "tests/support/faulty_files.h"

namespace tocsin::api {
namespace {

/// Does its tasks when told.
class HeldExecutor final : public base::Executor {
 public:
  void submit(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  void run_all() {
    for (; !tasks_.empty(); tasks_.pop_front()) tasks_.front()();
  }

 private:
  std::deque<std::function<void()>> tasks_;
};

struct QueryLogTest : ::testing::Test {
  void use(const std::string& file) {
    const auto change = log.prepare(file);
    ASSERT_TRUE(change.ok());
    (*change)();
  }
  void write(const QueryLogEntry& written) {
    log.write(written);
    writer.run_all();
  }
  std::string text_of(const std::string& file) {
    auto text = files.read(file, 10 << 20);
    return text ? *std::move(text) : text.error().to_string();
  }
  testing::FakeClock clock{1'000};
  testing::FaultyFiles files;
  HeldExecutor writer;
  std::vector<std::string> said;
  QueryLog log{files, writer, clock,
               base::Log::to(base::LogLevel::kInfo, base::LogFormat::kLogfmt,
                             [this](std::string_view line) { said.emplace_back(line); })};
  const std::string path = "/query.log";
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
  write(entry);
  write(failed);
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
  write(entry);
  use(path);
  EXPECT_TRUE(log.is_enabled());
  write(entry);
  const std::string moved = path + ".1";
  ASSERT_TRUE(files.rename(path, moved).ok());
  write(entry);
  log.write(entry);  // Still waits when the new file is opened, and belongs to the old one.
  use(path);
  EXPECT_EQ(text_of(path), "");
  write(entry);
  EXPECT_EQ(text_of(moved).size(), 3 * text_of(path).size());
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

TEST_F(QueryLogTest, LosesLinesOnAFullDiskAndGoesOnWhenThereIsRoom) {
  use(path);
  write(entry);
  const std::string line = text_of(path);
  files.set_room(10);
  for (int i = 0; i < 3; ++i) write(entry);
  EXPECT_EQ(log.failures(), 3u);
  EXPECT_EQ(text_of(path), line + line.substr(0, 10));
  files.heal();
  write(entry);
  write(entry);
  // What was cut off is a line of its own, so that all others can be read.
  EXPECT_EQ(text_of(path), line + line.substr(0, 10) + "\n" + line + line);
  EXPECT_EQ(log.failures(), 3u);
}

TEST_F(QueryLogTest, TellsOfFailuresOnceAMinute) {
  use(path);
  write(entry);
  EXPECT_EQ(said.size(), 0u);
  files.fail(testing::FileStep::kWrite, ENOSPC);
  for (int i = 0; i < 100; ++i) write(entry);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("Cannot write the query log"), std::string::npos) << said[0];
  EXPECT_NE(said[0].find("No space left on device"), std::string::npos) << said[0];
  EXPECT_NE(said[0].find("failures=1"), std::string::npos) << said[0];
  clock.advance(base::kMinute);
  write(entry);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_NE(said[1].find("failures=100"), std::string::npos) << said[1];
  files.heal();
  write(entry);
  EXPECT_EQ(said.size(), 2u);
  clock.advance(base::kMinute);
  for (int i = 0; i < 3; ++i) write(entry);
  ASSERT_EQ(said.size(), 3u);
  EXPECT_NE(said[2].find("Can write the query log again"), std::string::npos) << said[2];
  EXPECT_EQ(log.failures(), 101u);
}

TEST_F(QueryLogTest, KeepsABoundedNumberOfLinesForASlowDisk) {
  use(path);
  const size_t queries = 10'000;
  for (size_t i = 0; i < queries; ++i)
    log.write(entry);  // Nobody waits, though nothing is written.
  EXPECT_EQ(text_of(path), "");
  EXPECT_GT(log.failures(), 0u);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("slower than queries"), std::string::npos) << said[0];
  writer.run_all();
  const std::string text = text_of(path);
  EXPECT_EQ(static_cast<size_t>(std::ranges::count(text, '\n')) + log.failures(), queries);
  EXPECT_LT(text.size(), 2u << 20);
  const uint64_t lost = log.failures();
  write(entry);
  EXPECT_EQ(log.failures(), lost);
}

TEST_F(QueryLogTest, NamesTheGroupOfARule) {
  RuleQueryLog rules(log);
  EXPECT_FALSE(rules.wants());
  use(path);
  EXPECT_TRUE(rules.wants());
  rules.on_run(
      {.file = "a\"b.yml", .group = "g<1>", .query = "up", .t = 1'000, .stats = {}, .error = {}});
  writer.run_all();
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
