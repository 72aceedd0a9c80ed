#include "engine/api/active_queries.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/fake_time.h"
#include "tests/support/faulty_files.h"

namespace tocsin::api {
namespace {

struct ActiveQueriesTest : ::testing::Test {
  base::Result<std::unique_ptr<ActiveQueries>> try_open() {
    unfinished = ActiveQueries::unfinished(files, path);
    return ActiveQueries::open(files, path, 2, clock, log);
  }
  std::unique_ptr<ActiveQueries> open() {
    auto out = try_open();
    EXPECT_TRUE(out.ok());
    return *std::move(out);
  }
  void put(const std::string& text) { EXPECT_TRUE(base::replace_file(files, path, text).ok()); }
  testing::FakeClock clock;
  testing::FaultyFiles files;
  std::vector<std::string> said;
  const base::Log log = base::Log::to(base::LogLevel::kInfo, base::LogFormat::kLogfmt,
                                      [this](std::string_view line) { said.emplace_back(line); });
  const std::string path = "/queries.active";
  std::string unfinished = "not read";
};

TEST_F(ActiveQueriesTest, TellsWhatWasRunningWhenTheProcessDied) {
  {
    const auto queries = open();
    EXPECT_EQ(unfinished, "");
    queries->begin(0, "up", 1'500);
    queries->begin(1, "sum(\"a<b\")", 2'000);
    queries->end(0);
    queries->begin(0, "rate(x[5m])", 3'000);
  }
  const auto next = open();
  EXPECT_EQ(unfinished, R"x([{"query":"rate(x[5m])","timestamp_sec":3},)x"
                        R"x({"query":"sum(\"a\u003cb\")","timestamp_sec":2}])x");
}

TEST_F(ActiveQueriesTest, ForgetsWhatHasEnded) {
  {
    const auto queries = open();
    queries->begin(1, "up", 0);
    queries->end(1);
  }
  open();
  EXPECT_EQ(unfinished, "");
}

TEST_F(ActiveQueriesTest, CutsLongQueriesBetweenCharacters) {
  for (const char* unit : {"x", "\xc3\xa9", "<", "\xf0\x9f\x94\x94"}) {
    std::string query;
    for (int i = 0; i < 5000; ++i) query += unit;
    {
      const auto queries = open();
      queries->begin(0, query, 0);
      queries->begin(1, "next", 0);
    }
    const auto next = open();
    EXPECT_TRUE(unfinished.ends_with(R"(,{"query":"next","timestamp_sec":0}])")) << unfinished;
    EXPECT_EQ(unfinished.find("\\ufffd"), std::string::npos);
    EXPECT_GT(unfinished.size(), 900u);
    EXPECT_LE(unfinished.size(), 1100u);
  }
}

TEST_F(ActiveQueriesTest, IsReadWhateverItHolds) {
  std::string garbage(5000, '\0');
  garbage += "garbage";
  for (const std::string& text : {std::string("["), garbage, std::string(2'000'000, ',')}) {
    put(text);
    open();
    EXPECT_EQ(unfinished, "");
    EXPECT_EQ(files.read(path, 10'000)->size(), 2001u);
  }
}

TEST_F(ActiveQueriesTest, SaysWhyTheFileCannotBeMade) {
  files.fail(testing::FileStep::kOpen, EACCES);
  const auto queries = try_open();
  ASSERT_FALSE(queries.ok());
  EXPECT_NE(queries.error().message.find("\"/queries.active\": Permission denied"),
            std::string::npos);
}

TEST_F(ActiveQueriesTest, LeavesTheRestOfAFullDiskToOthers) {
  files.set_room(1000);
  const auto queries = try_open();
  ASSERT_FALSE(queries.ok());
  EXPECT_EQ(queries.error().code, base::Code::kLimit);
  EXPECT_EQ(files.list("/")->size(), 0u);
}

TEST_F(ActiveQueriesTest, NeedsNoMoreRoomOnceItIsMade) {
  const auto queries = open();
  files.set_room(0);
  queries->begin(1, std::string(5000, 'x'), 0);
  EXPECT_EQ(said, std::vector<std::string>());
  EXPECT_NE(ActiveQueries::unfinished(files, path), "");
}

TEST_F(ActiveQueriesTest, TellsOfAFailingDiskOnce) {
  const auto queries = open();
  files.fail(testing::FileStep::kWrite, EIO);
  for (int i = 0; i < 50; ++i) {
    queries->begin(0, "up", 0);
    queries->end(0);
  }
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("Cannot note which queries run"), std::string::npos) << said[0];
}

}  // namespace
}  // namespace tocsin::api
