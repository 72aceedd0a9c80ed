#include "engine/api/active_queries.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>

namespace tocsin::api {
namespace {

struct ActiveQueriesTest : ::testing::Test {
  ActiveQueriesTest() { std::remove(path.c_str()); }
  ~ActiveQueriesTest() override { std::remove(path.c_str()); }
  std::unique_ptr<ActiveQueries> open() {
    auto out = ActiveQueries::open(path, 2, unfinished);
    EXPECT_TRUE(out.ok());
    return *std::move(out);
  }
  std::string path = ::testing::TempDir() + "queries.active." +
                     ::testing::UnitTest::GetInstance()->current_test_info()->name();
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
  EXPECT_EQ(unfinished,
            R"x([{"query":"rate(x[5m])","timestamp_sec":3},)x"
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
  std::ofstream(path) << "[";
  open();
  EXPECT_EQ(unfinished, "");
  std::ofstream(path) << std::string(5000, '\0') << "garbage";
  open();
  EXPECT_EQ(unfinished, "");
}

TEST_F(ActiveQueriesTest, SaysWhyTheFileCannotBeMade) {
  const auto queries = ActiveQueries::open("/nonexistent/queries.active", 1, unfinished);
  ASSERT_FALSE(queries.ok());
  EXPECT_NE(queries.error().message.find("/nonexistent/queries.active"), std::string::npos);
}

}  // namespace
}  // namespace tocsin::api
