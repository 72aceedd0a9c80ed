#include "engine/api/tsdb_api.h"

#include "tests/support/fake_time.h"
#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

struct TsdbApi : ::testing::Test {
  TsdbApi() { mount_tsdb_api(router, store); }
  void write(const std::vector<base::Labels>& series) {
    const auto writer = store.open_stream("test");
    for (const base::Labels& labels : series) {
      const auto row = writer->add_series({&labels, 1});
      ASSERT_TRUE(row.ok());
      writer->add_loose(*row, clock.now(), 1);
    }
    ASSERT_TRUE(writer->commit().ok());
  }
  const testing::FakeClock clock;
  tsdb::Store store{{}, clock};
  Router router;
};

TEST_F(TsdbApi, CountsSeriesByWhatTheirLabelsSay) {
  write({base::Labels::of({{"__name__", "up"}, {"job", "a"}}),
         base::Labels::of({{"__name__", "up"}, {"job", "bb"}}),
         base::Labels::of({{"__name__", "temperature"}, {"job", "a"}})});
  EXPECT_EQ(
      router(get("/api/v1/status/tsdb")).body,
      R"({"status":"success","data":{"headStats":{"numSeries":3,"numLabelPairs":4,)"
      R"("chunkCount":3,"minTime":1700000000000,"maxTime":1700000000000},"seriesCountByMetricName":[{"name":"up","value":2},)"
      R"({"name":"temperature","value":1}],"labelValueCountByLabelName":)"
      R"([{"name":"__name__","value":2},{"name":"job","value":2}],)"
      R"("memoryInBytesByLabelName":[{"name":"__name__","value":45},)"
      R"({"name":"job","value":19}],"seriesCountByLabelValuePair":)"
      R"([{"name":"__name__=up","value":2},{"name":"job=a","value":2},)"
      R"({"name":"__name__=temperature","value":1},{"name":"job=bb","value":1}]}})");
  EXPECT_NE(router(get("/api/v1/status/tsdb", "limit=1"))
                .body.find(R"("seriesCountByLabelValuePair":[{"name":"__name__=up","value":2}])"),
            std::string::npos);
}

TEST_F(TsdbApi, ShowsAnEmptyStoreAsUpstreamDoes) {
  EXPECT_EQ(router(get("/api/v1/status/tsdb")).body,
            R"({"status":"success","data":{"headStats":{"numSeries":0,"numLabelPairs":0,)"
            R"("chunkCount":0,"minTime":9223372036854775807,"maxTime":-9223372036854775808},)"
            R"("seriesCountByMetricName":[],"labelValueCountByLabelName":[],)"
            R"("memoryInBytesByLabelName":[],"seriesCountByLabelValuePair":[]}})");
}

TEST_F(TsdbApi, BoundsTheLists) {
  for (const char* limit : {"0", "-1", "x", "1.5"}) {
    const auto answer = router(get("/api/v1/status/tsdb", std::string("limit=") + limit));
    EXPECT_EQ(answer.status, 400);
    EXPECT_NE(answer.body.find("limit must be a positive number"), std::string::npos);
  }
  EXPECT_NE(
      router(get("/api/v1/status/tsdb", "limit=10001")).body.find("limit must not exceed 10000"),
      std::string::npos);
}

TEST_F(TsdbApi, HasNoBlocks) {
  EXPECT_EQ(router(get("/api/v1/status/tsdb/blocks")).body,
            R"({"status":"success","data":{"blocks":[]}})");
}

}  // namespace
}  // namespace tocsin::api
