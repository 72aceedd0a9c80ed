#include "engine/api/query_api.h"

#include "tests/support/fake_time.h"
#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

struct QueryApiTest : ::testing::Test {
  explicit QueryApiTest(uint32_t concurrency_max = 2) : api(source, clock, {}, concurrency_max) {
    api.mount(router);
  }
  net::ServerResponse ask(const std::string& path, const std::string& query) {
    return router(get("/api/v1/" + path, query));
  }
  testing::FakeClock clock{4'000};
  FakeSource source;
  QueryApi api;
  Router router;
};

TEST_F(QueryApiTest, AnswersGrafanasHealthCheck) {
  const auto answer =
      router(post("/api/v1/query", "application/x-www-form-urlencoded", "query=1%2B1&time=4"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"status":"success","data":{"resultType":"scalar","result":[4,"2"]}})");
}

TEST_F(QueryApiTest, EvaluatesNowUnlessToldOtherwise) {
  EXPECT_EQ(ask("query", "query=%22a%22").body,
            R"({"status":"success","data":{"resultType":"string","result":[4,"a"]}})");
  EXPECT_EQ(ask("query", "query=1&time=1.01").body,
            R"({"status":"success","data":{"resultType":"scalar","result":[1.01,"1"]}})");
}

TEST_F(QueryApiTest, EvaluatesRanges) {
  EXPECT_EQ(ask("query_range", "query=1&start=0&end=10&step=5").body,
            R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},)"
            R"("values":[[0,"1"],[5,"1"],[10,"1"]]}]}})");
  EXPECT_EQ(ask("query_range", "query=1&start=0&end=11000&step=1").status, 200);
}

TEST_F(QueryApiTest, RefusesInUpstreamsWords) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"query", "",
       R"(invalid parameter \"query\": unknown position: parse error: no expression )"
       R"(found in input)"},
      {"query", "query=1&time=x",
       R"(invalid parameter \"time\": invalid time value for 'time': cannot parse \"x\" to a )"
       R"(valid timestamp)"},
      {"query", "query=1&limit=-1", R"(invalid parameter \"limit\": limit must be non-negative)"},
      {"query", "query=1&timeout=x",
       R"(invalid parameter \"timeout\": cannot parse \"x\" to a valid duration)"},
      {"query", "query=1&lookback_delta=x",
       R"(error parsing lookback delta duration: cannot parse \"x\" to a valid duration)"},
      // The limit is looked at before the times.
      {"query_range", "query=1&start=x&limit=x",
       R"(invalid parameter \"limit\": strconv.Atoi: parsing \"x\": invalid syntax)"},
      {"query_range", "query=1",
       R"(invalid parameter \"start\": cannot parse \"\" to a valid )"
       R"(timestamp)"},
      {"query_range", "query=1&start=10&end=0&step=1",
       R"(invalid parameter \"end\": end timestamp must not be before start time)"},
      {"query_range", "query=1&start=0&end=10&step=0",
       R"(invalid parameter \"step\": zero or negative query resolution step widths are not )"
       R"(accepted. Try a positive integer)"},
      {"query_range", "query=1&start=0&end=11001&step=1",
       "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query "
       "resolution (?step=XX)"},
      {"query_range", "query=%22a%22&start=0&end=10&step=5",
       R"(invalid parameter \"query\": invalid expression type \"string\" for range query, must )"
       R"(be Scalar or instant Vector)"},
      {"query_exemplars", "query=up&start=5&end=1",
       "end timestamp must not be before start timestamp"},
      {"query_exemplars", "query=(", "1:2: parse error: unclosed left parenthesis"},
  };
  for (const auto& [path, query, error] : cases) {
    const auto answer = ask(path, query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_EQ(answer.body,
              R"({"status":"error","errorType":"bad_data","error":")" + std::string(error) + "\"}");
  }
}

// A query that can never run is an execution error upstream: it is found while evaluating.
TEST_F(QueryApiTest, CallsBadRegularExpressionsExecutionErrors) {
  const auto answer =
      ask("query", "query=label_replace(vector(1)%2C%22a%22%2C%22b%22%2C%22c%22%2C%22(%22)");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.body, R"({"status":"error","errorType":"execution","error":)"
                         R"("invalid regular expression in label_replace(): ("})");
}

TEST_F(QueryApiTest, HasNoExemplars) {
  EXPECT_EQ(ask("query_exemplars", "query=test&start=1&end=2").body,
            R"({"status":"success","data":[]})");
}

TEST_F(QueryApiTest, FormatsQueries) {
  EXPECT_EQ(ask("format_query", "query=sum(foo)by(a)").body,
            R"x({"status":"success","data":"sum by (a) (foo)"})x");
}

TEST_F(QueryApiTest, EndsQueriesAtShutdown) {
  api.cancel();
  const auto answer = ask("query", "query=vector(1)");
  EXPECT_EQ(answer.status, 499) << answer.body;
}

struct FullQueryApi : QueryApiTest {
  FullQueryApi() : QueryApiTest(0) {}
};

TEST_F(FullQueryApi, RefusesMoreThanItsShare) {
  const auto answer = ask("query", "query=1");
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("--query.max-concurrency=0"), std::string::npos);
}

}  // namespace
}  // namespace tocsin::api
