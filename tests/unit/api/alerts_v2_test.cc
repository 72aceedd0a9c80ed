#include "engine/api/alerts_v2_api.h"
#include "tests/support/fake_time.h"
#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

notifiers::AlertStatus status_of(const char* name, const char* severity) {
  notifiers::AlertStatus out;
  out.alert.labels = base::Labels::of({{"alertname", name}, {"severity", severity}});
  out.alert.starts_at = 1'000;
  out.alert.ends_at = 2'000;
  out.alert.updated_at = 1'500;
  out.fingerprint = 0xab;
  out.receivers = {"web", "slack", "web"};
  return out;
}

struct AlertsApi : ::testing::Test {
  AlertsApi() {
    AlertsView view;
    view.alerts = [] { return std::vector{status_of("A", "page"), status_of("B", "info")}; };
    view.groups = [] {
      notifiers::GroupStatus group;
      group.labels = base::Labels::of({{"alertname", "A"}});
      group.receiver = "slack";
      group.alerts = {status_of("A", "page")};
      return std::vector{group};
    };
    view.receivers = [] {
      return std::vector<notifiers::ReceiverStatus>{
          {"web", {{"name", "web"}}, {}}, {"slack", {{"name", "slack"}, {"team", "x"}}, {}}};
    };
    view.config = [] { return std::string("route:\n  receiver: web\n"); };
    view.post = [this](const std::vector<base::Alert>& alerts) { posted = alerts; };
    view.version = "0.34.0";
    mount_alerts_v2_api(router, clock, view);
  }
  std::string ask(const std::string& path, const std::string& query = "") {
    return router(get("/api/v2/" + path, query)).body;
  }
  testing::FakeClock clock;
  std::vector<base::Alert> posted;
  Router router;
};

TEST_F(AlertsApi, ListsAlerts) {
  EXPECT_EQ(ask("alerts", "filter=alertname=A"),
            R"([{"annotations":{},"endsAt":"1970-01-01T00:00:02.000Z","fingerprint":)"
            R"("00000000000000ab","receivers":[{"name":"web"},{"name":"slack"},{"name":"web"}],)"
            R"("startsAt":"1970-01-01T00:00:01.000Z","status":{"inhibitedBy":[],"mutedBy":[],)"
            R"("silencedBy":[],"state":"active"},"updatedAt":"1970-01-01T00:00:01.500Z",)"
            R"("labels":{"alertname":"A","severity":"page"}}])"
            "\n");
  EXPECT_EQ(header_of(router(get("/api/v2/alerts")), "Cache-Control"), "no-store");
}

TEST_F(AlertsApi, Filters) {
  const std::pair<const char*, int> cases[] = {
      {"", 2},
      {"active=false", 0},
      {"active=YES", 2},
      {"active=", 2},
      {"silenced=false&inhibited=false&unprocessed=false", 2},
      {"filter=severity%3D~%22page%7Cinfo%22", 2},
      {"filter=severity=page&filter=alertname=B", 0},
      {"filter=none%3D%22%22", 2},
      {"receiver=sl.*", 2},
      {"receiver=sl", 0},
      {"receiver_matchers=team%3D%22x%22", 2},
      {"receiver_matchers=team%3D%22y%22", 0},
  };
  for (const auto& [query, count] : cases) {
    const std::string body = ask("alerts", query);
    int found = 0;
    for (size_t at = 0; (at = body.find("\"fingerprint\"", at)) != std::string::npos; ++at) ++found;
    EXPECT_EQ(found, count) << query;
  }
}

TEST_F(AlertsApi, RefusesWithAString) {
  for (const char* query : {"filter=bad", "filter=", "receiver=(", "receiver_matchers=bad"}) {
    const auto answer = router(get("/api/v2/alerts", query));
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_TRUE(answer.body.starts_with('"')) << answer.body;
  }
}

TEST_F(AlertsApi, ListsGroupsWithTheReceiversAskedFor) {
  const std::string all = ask("alerts/groups");
  EXPECT_NE(all.find(R"("receivers":[{"name":"slack"},{"name":"web"}])"), std::string::npos) << all;
  EXPECT_NE(all.find(R"("labels":{"alertname":"A"},"receiver":{"name":"slack"},"routeLabels":{})"),
            std::string::npos);
  EXPECT_NE(ask("alerts/groups", "receiver=slack").find(R"("receivers":[{"name":"slack"}])"),
            std::string::npos);
  EXPECT_EQ(ask("alerts/groups", "receiver=web"), "[]\n");
  EXPECT_EQ(ask("alerts/groups", "active=false"), "[]\n");
}

TEST_F(AlertsApi, ListsReceivers) {
  EXPECT_EQ(ask("receivers", "receiver_matchers=team%3D%22x%22"),
            R"([{"name":"slack","labels":{"name":"slack","team":"x"}}])"
            "\n");
}

// amtool asks for this first and needs every field.
TEST_F(AlertsApi, ShowsItsStatus) {
  EXPECT_EQ(ask("status"),
            R"({"cluster":{"peers":[],"status":"disabled"},"config":{"original":)"
            R"("route:\n  receiver: web\n"},"uptime":"1970-01-01T00:00:00.000Z","versionInfo":)"
            R"({"branch":"main","buildDate":"","buildUser":"","goVersion":"","revision":"",)"
            R"("version":"0.34.0"}})"
            "\n");
}

TEST_F(AlertsApi, TakesWhatIsValidAndNamesTheRest) {
  const auto answer =
      router(post("/api/v2/alerts", "application/json", R"([{"labels":{"a":"b"}},{"labels":{}}])"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, "\"at least one label pair required\"\n");
  ASSERT_EQ(posted.size(), 1u);
  EXPECT_EQ(posted[0].labels.get("a"), "b");
  const auto fine = router(
      post("/api/v2/alerts", "application/json; charset=utf-8", R"([{"labels":{"a":"b"}}])"));
  EXPECT_EQ(fine.status, 200);
  EXPECT_EQ(fine.body, "");
}

TEST_F(AlertsApi, TakesJsonOnly) {
  const auto answer = router(post("/api/v2/alerts", "text/plain", "[]"));
  EXPECT_EQ(answer.status, 415);
  EXPECT_EQ(answer.body, R"({"code":415,"message":"unsupported media type \"text/plain\", only )"
                         R"([application/json] are allowed"})");
}

}  // namespace
}  // namespace tocsin::api
