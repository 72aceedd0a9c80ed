#include "engine/api/targets_api.h"

#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

scrape::TargetsSnapshot snapshot() {
  scrape::ActiveTarget active;
  active.pool = "app";
  active.target.labels = base::Labels::of({{"job", "app"}});
  active.target.url = "http://127.0.0.1:9100/metrics";
  active.target.interval = 15'000;
  active.target.timeout = 10'000;
  active.state.health = scrape::TargetHealth::kDown;
  active.state.last_error = "connection refused";
  scrape::TargetsSnapshot out;
  out.active = {active};
  out.dropped = {{"dead", base::Labels::of({{"__address__", "x:1"}})}};
  out.dropped_counts = {{"app", 0}, {"dead", 1}};
  return out;
}

std::vector<scrape::TargetMetadata> metadata() {
  const auto target = [](const char* job, std::string help) {
    return scrape::TargetMetadata{base::Labels::of({{"job", job}}),
                                  {{"a", scrape::MetricType::kGauge, std::move(help), ""},
                                   {"b", scrape::MetricType::kCounter, "B.", "seconds"}}};
  };
  return {target("x", "A."), target("y", "Another.")};
}

struct TargetsApi : ::testing::Test {
  TargetsApi() {
    mount_targets_api(router,
                      {snapshot, metadata,
                       [] {
                         return std::vector<std::string>{"app", "dead"};
                       },
                       [] { return std::vector<std::string>{"http://am:9093/api/v2/alerts"}; },
                       [] { return std::string("http://me:9099"); }});
  }
  std::string ask(const std::string& path, const std::string& query = "") {
    return router(get(path, query)).body;
  }
  Router router;
};

TEST_F(TargetsApi, ListsTargets) {
  EXPECT_EQ(ask("/api/v1/targets"),
            R"({"status":"success","data":{"activeTargets":[{"discoveredLabels":{},"labels":)"
            R"({"job":"app"},"scrapePool":"app","scrapeUrl":"http://127.0.0.1:9100/metrics",)"
            R"("globalUrl":"http://me:9100/metrics","lastError":"connection refused",)"
            R"("lastScrape":"0001-01-01T00:00:00Z","lastScrapeDuration":0,"health":"down",)"
            R"("scrapeInterval":"15s","scrapeTimeout":"10s"}],"droppedTargets":[)"
            R"({"discoveredLabels":{"__address__":"x:1"},"scrapePool":"dead"}],)"
            R"("droppedTargetCounts":{"app":0,"dead":1}}})");
}

TEST_F(TargetsApi, SelectsByStateAndPool) {
  const std::string active = ask("/api/v1/targets", "state=Active");
  EXPECT_NE(active.find(R"("scrapePool":"app")"), std::string::npos);
  EXPECT_NE(active.find(R"("droppedTargets":[],"droppedTargetCounts":null)"), std::string::npos);
  EXPECT_NE(ask("/api/v1/targets", "state=dropped").find(R"("activeTargets":[])"),
            std::string::npos);
  EXPECT_EQ(ask("/api/v1/targets", "state=bad"),
            R"({"status":"success","data":{"activeTargets":[],"droppedTargets":[],)"
            R"("droppedTargetCounts":null}})");
  EXPECT_NE(ask("/api/v1/targets", "scrapePool=dead").find(R"("activeTargets":[])"),
            std::string::npos);
}

TEST_F(TargetsApi, GathersMetadata) {
  EXPECT_EQ(ask("/api/v1/metadata"),
            R"({"status":"success","data":{"a":[{"type":"gauge","unit":"","help":"A."},)"
            R"({"type":"gauge","unit":"","help":"Another."}],)"
            R"("b":[{"type":"counter","unit":"seconds","help":"B."}]}})");
  EXPECT_EQ(ask("/api/v1/metadata", "limit=1&limit_per_metric=1"),
            R"({"status":"success","data":{"a":[{"type":"gauge","unit":"","help":"A."}]}})");
  EXPECT_EQ(ask("/api/v1/metadata", "metric=none"), R"({"status":"success","data":{}})");
  EXPECT_NE(ask("/api/v1/metadata", "limit=x").find("limit must be a number"), std::string::npos);
}

TEST_F(TargetsApi, ShowsMetadataOfTargets) {
  EXPECT_EQ(ask("/api/v1/targets/metadata", "metric=a&match_target=%7Bjob=%22y%22%7D"),
            R"({"status":"success","data":[{"target":{"job":"y"},"type":"gauge",)"
            R"("help":"Another.","unit":""}]})");
  EXPECT_EQ(router(get("/api/v1/targets/metadata", "match_target=%7B")).status, 400);
}

TEST_F(TargetsApi, ListsPoolsAndAlertmanagers) {
  EXPECT_EQ(ask("/api/v1/scrape_pools"),
            R"({"status":"success","data":{"scrapePools":["app","dead"]}})");
  EXPECT_EQ(ask("/api/v1/alertmanagers"),
            R"({"status":"success","data":{"activeAlertmanagers":[{"url":)"
            R"("http://am:9093/api/v2/alerts"}],"droppedAlertmanagers":[]}})");
}

TEST(GlobalUrl, LeadsPeopleHereInsteadOfToTheirOwnLoopback) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"http://10.0.0.1:9100/metrics", "http://me:9099", "http://10.0.0.1:9100/metrics"},
      {"http://localhost:9100/metrics", "http://me:9099", "http://me:9100/metrics"},
      {"http://[::1]:9100/m?a=b", "https://me.example", "http://me.example:9100/m?a=b"},
      {"http://127.0.0.1:9099/metrics", "https://me:9099", "https://me:9099/metrics"},
      {"http://localhost:9100", "http://me", "http://me:9100"},
  };
  for (const auto& [url, external, global] : cases) EXPECT_EQ(global_url(url, external), global);
}

}  // namespace
}  // namespace tocsin::api
