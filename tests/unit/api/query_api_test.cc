#include "engine/api/query_api.h"

#include "tests/support/fake_time.h"
#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

struct QueryApiTest : ::testing::Test {
  QueryApiTest() { api.mount(router); }
  net::ServerResponse ask(const std::string& path, const std::string& query) {
    return router(get("/api/v1/" + path, query));
  }
  testing::FakeClock clock{4'000};
  FakeSource source;
  QueryGate gate{1, clock};
  QueryApi api{{.source = source, .clock = clock, .gate = gate}, {}};
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
      {"query", "query=m[1m-2m]",
       R"(invalid parameter \"query\": 2:7: duration must be greater than 0)"},
      {"query", "query=-sum_over_time(m[5m:1m-2m])%2B1",
       R"(invalid parameter \"query\": 20:25: duration must be greater than 0)"},
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
  // Nothing is selected.
  const auto none = ask("query_exemplars", "query=1%2Bvector(2)");
  EXPECT_EQ(none.status, 204);
  EXPECT_EQ(none.body, "");
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

TEST_F(QueryApiTest, EndsQueriesOfClientsThatHaveGone) {
  net::ServerRequest request = get("/api/v1/query", "query=vector(1)");
  request.cancelled = std::make_shared<std::atomic<bool>>(true);
  const auto answer = router(request);
  EXPECT_EQ(answer.status, 499);
  EXPECT_NE(answer.body.find(R"("errorType":"canceled")"), std::string::npos) << answer.body;
}

TEST_F(QueryApiTest, WaitsForItsTurnUntilTheTimeout) {
  promql::CancelFlag cancel{false};
  const auto place = gate.enter(0, cancel);
  ASSERT_TRUE(place.ok());
  const auto answer = ask("query", "query=1&timeout=0");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body,
            R"({"status":"error","errorType":"timeout","error":"query timed out in query queue"})");
}

TEST_F(QueryApiTest, ShowsStatisticsOnRequest) {
  EXPECT_EQ(ask("query", "query=1&stats=true").body,
            R"({"status":"success","data":{"resultType":"scalar","result":[4,"1"],"stats":)"
            R"({"timings":{"evalTotalTime":0,"resultSortTime":0,"queryPreparationTime":0,)"
            R"("innerEvalTime":0,"execQueueTime":0,"execTotalTime":0},"samples":)"
            R"({"totalQueryableSamples":0,"samplesRead":0,"peakSamples":1}}}})");
  EXPECT_EQ(ask("query", "query=1&stats=all").body, ask("query", "query=1&stats=true").body);
  EXPECT_NE(ask("query", "query=1&stats=1")
                .body.find(
                    R"("warnings":["value \"1\" for parameter \"stats\" is deprecated and will be )"
                    R"(rejected in the next major release, use \"true\" or \"all\""])"),
            std::string::npos);
}

TEST_F(QueryApiTest, LeavesMalformedParametersOut) {
  const auto answer = ask("query", "query=%zz&time=4");
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("no expression found in input"), std::string::npos);
  EXPECT_EQ(ask("query", "query=1&a=%zz&b;c").status, 200);
}

TEST_F(QueryApiTest, ShowsTheTree) {
  EXPECT_EQ(ask("parse_query", "query=1").body,
            R"({"status":"success","data":{"type":"numberLiteral","val":"1"}})");
  EXPECT_EQ(ask("parse_query", "query=(").status, 400);
}

}  // namespace
}  // namespace tocsin::api
