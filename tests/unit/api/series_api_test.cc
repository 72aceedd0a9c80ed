#include "engine/api/series_api.h"

#include "engine/api/parameters.h"
#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

struct SeriesApi : ::testing::Test {
  SeriesApi() {
    source.known = {base::Labels::of({{"__name__", "up"}, {"job", "b"}}),
                    base::Labels::of({{"__name__", "up"}, {"job", "a<"}}),
                    base::Labels::of({{"__name__", "temp"}, {"http.status", "200"}})};
    mount_series_api(router, source);
  }
  std::string ask(const std::string& path, const std::string& query = "") {
    return router(get(path, query)).body;
  }
  FakeSource source;
  Router router;
};

TEST_F(SeriesApi, ListsSeriesSorted) {
  EXPECT_EQ(ask("/api/v1/series", "match[]=up"),
            R"({"status":"success","data":[{"__name__":"up","job":"a<"},)"
            R"({"__name__":"up","job":"b"}]})");
  EXPECT_EQ(source.from, kTimeMin);
  EXPECT_EQ(source.to, kTimeMax);
  ask("/api/v1/series", "match[]=up&start=1&end=2.5");
  EXPECT_EQ(source.from, 1000);
  EXPECT_EQ(source.to, 2500);
}

TEST_F(SeriesApi, CutsAtTheLimitAndWarns) {
  EXPECT_EQ(ask("/api/v1/series", "match[]=up&limit=1"),
            R"({"status":"success","data":[{"__name__":"up","job":"a<"}],)"
            R"("warnings":["results truncated due to limit"]})");
  EXPECT_EQ(ask("/api/v1/labels", "limit=2"),
            R"({"status":"success","data":["__name__","http.status"],)"
            R"("warnings":["results truncated due to limit"]})");
}

TEST_F(SeriesApi, ListsNamesAndValues) {
  EXPECT_EQ(ask("/api/v1/labels"),
            R"({"status":"success","data":["__name__","http.status","job"]})");
  EXPECT_EQ(ask("/api/v1/label/job/values"), R"({"status":"success","data":["a\u003c","b"]})");
  EXPECT_EQ(ask("/api/v1/label/U__http_2e_status/values"),
            R"({"status":"success","data":["200"]})");
  EXPECT_EQ(ask("/api/v1/label/none/values"), R"({"status":"success","data":[]})");
}

TEST_F(SeriesApi, RefusesWhatUpstreamRefuses) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"/api/v1/series", "", "no match[] parameter provided"},
      {"/api/v1/series", "match[]=%7B%7D",
       R"(invalid parameter \"match[]\": match[] must contain at least one non-empty matcher)"},
      {"/api/v1/labels", "match[]=%7B%7D", "match[] must contain at least one non-empty matcher"},
      {"/api/v1/series", "match[]=up&a=%zz",
       R"(error parsing form values: invalid URL escape \"%zz\")"},
      {"/api/v1/series", "match[]=up&start=x",
       R"(invalid parameter \"start\": invalid time value for 'start': cannot parse \"x\" to a )"
       R"(valid timestamp)"},
      {"/api/v1/label/\xff/values", "", R"(invalid label name: \"\\xff\")"},
  };
  for (const auto& [path, query, error] : cases) {
    const auto answer = router(get(path, query));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.body,
              R"({"status":"error","errorType":"bad_data","error":")" + std::string(error) + "\"}");
  }
}

TEST(UnescapeName, UndoesUpstreamsEscapes) {
  const std::pair<const char*, const char*> cases[] = {
      {"job", "job"},
      {"U__job", "job"},
      {"U__a_2d_b", "a-b"},
      {"U__a__b", "a_b"},
      {"U___e9_", "é"},
      {"U___1f514_", "🔔"},
      {"U__a_zz_b", "U__a_zz_b"},
      {"U__a_2d", "U__a_2d"},
      {"U__a_d800_b", "U__a_d800_b"},
      {"U__a_110000_b", "U__a_110000_b"},
  };
  for (const auto& [escaped, name] : cases) EXPECT_EQ(unescape_name(escaped), name);
}

}  // namespace
}  // namespace tocsin::api
