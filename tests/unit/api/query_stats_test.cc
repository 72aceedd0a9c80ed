// What queries read, as Prometheus 3.5 counts it.
#include "engine/api/query_stats.h"

#include <nlohmann/json.hpp>

#include "engine/api/query_api.h"
#include "promql/script/memory_source.h"
#include "tests/support/fake_time.h"
#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

using base::Labels;
using nlohmann::json;

struct QueryStatsTest : ::testing::Test {
  QueryStatsTest() {
    for (int i = 0; i < 100; ++i) {
      for (const char* l : {"a", "b"}) append("m", l, 10 * i, i);
      if (i < 10) append("g", "a", 30 * i, i);
    }
  }
  void append(const char* name, const char* l, int second, int value) {
    ASSERT_TRUE(
        source.append(Labels::of({{"__name__", name}, {"l", l}}), second * base::kSecond, value)
            .ok());
  }
  /// The statistics of a query from 200 to 260 s in steps of 20 s.
  json ask(const std::string& query, const std::string& stats = "all", bool is_on = true) {
    promql::EvalOptions options;
    options.features.per_step_stats = is_on;
    QueryApi api({.source = source, .clock = clock, .gate = gate}, options);
    Router router;
    api.mount(router);
    const auto answer =
        router(get("/api/v1/query_range", "start=200&end=260&step=20&stats=" + stats +
                                              "&query=" + net::percent_encode(query)));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body)["data"]["stats"]["samples"];
  }
  std::vector<int> by_step(const std::string& query) {
    const json samples = ask(query);
    std::vector<int> out;
    int total = 0;
    for (const json& step : samples["totalQueryableSamplesPerStep"]) {
      EXPECT_EQ(step[0], 200 + 20 * static_cast<int>(out.size()));
      out.push_back(step[1]);
      total += out.back();
    }
    EXPECT_EQ(samples["totalQueryableSamples"], total) << query;
    return out;
  }
  testing::FakeClock clock{0};
  promql::MemorySource source;
  QueryGate gate{1, clock};
};

TEST_F(QueryStatsTest, CountsEachStep) {
  using Steps = std::vector<int>;
  const std::pair<const char*, Steps> cases[] = {
      {"1", {0, 0, 0, 0}},
      {"m", {2, 2, 2, 2}},
      {"m + g", {3, 3, 3, 3}},
      {"topk(1, m)", {2, 2, 2, 2}},
      {"rate(m[1m])", {12, 12, 12, 12}},
      {"rate(m[1m]) + m", {14, 14, 14, 14}},
      {"last_over_time(g[10m])", {7, 8, 9, 9}},
      // Once for each step, though read once.
      {"m @ 60", {2, 2, 2, 2}},
      {"rate(m[1m] @ 100)", {12, 12, 12, 12}},
      // Of subqueries the windows.
      {"sum_over_time(m[1m:10s])", {12, 12, 12, 12}},
      {"max_over_time(rate(m[1m])[2m:30s])", {8, 8, 8, 8}},
      {"sum_over_time(m[1m:10s] @ 300)", {12, 12, 12, 12}},
      {"sum_over_time((m @ 100)[1m:10s])", {12, 12, 12, 12}},
  };
  for (const auto& [query, steps] : cases) EXPECT_EQ(by_step(query), steps) << query;
}

TEST_F(QueryStatsTest, ShowsStepsToThoseWhoAskWhereItIsOn) {
  EXPECT_TRUE(ask("m").contains("totalQueryableSamplesPerStep"));
  EXPECT_TRUE(ask("m").contains("samplesReadPerStep"));
  EXPECT_FALSE(ask("m", "true").contains("totalQueryableSamplesPerStep"));
  EXPECT_FALSE(ask("m", "all", false).contains("totalQueryableSamplesPerStep"));
  EXPECT_EQ(ask("m", "all", false)["totalQueryableSamples"], 8);
}

TEST(QueryStatsJson, WritesTimesAsPlainSeconds) {
  promql::QueryStats stats;
  stats.samples_read = 5;
  stats.samples_by_step = {2, 3};
  const std::string text = query_stats_json({}, stats, {1500, 3000, 1500});
  EXPECT_NE(text.find(R"("samples":{"totalQueryableSamplesPerStep":[[1.5,2],[3,3]],)"
                      R"("totalQueryableSamples":5,)"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace tocsin::api
