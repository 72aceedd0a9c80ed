#include "engine/api/status_api.h"

#include "tests/support/fake_time.h"
#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

struct StatusApi : ::testing::Test {
  StatusApi() {
    view.build = {"3.14.0", "r1", "12"};
    view.flags = {{"config.file", "p.yml"}};
    view.config = [] { return std::string("a: <secret>\n"); };
    view.ready = [this] { return ready; };
    view.stopping = [this] { return stopping; };
    view.metrics = [] { return std::string("up 1\n"); };
    view.reload_ok = [] { return true; };
    view.reloaded_at = [] { return base::TimestampMs{1000}; };
    view.reload_failed_at = [this] { return failed_at; };
    view.retention = "2h";
    view.hostname = "vm";
  }
  net::ServerResponse ask(const net::ServerRequest& request) {
    Router router;
    mount_status_api(router, clock, view);
    return guard_until_ready(router, view)(request);
  }
  testing::FakeClock clock;
  bool ready = true;
  bool stopping = false;
  base::TimestampMs failed_at = 0;
  StatusView view;
};

TEST_F(StatusApi, ShowsBuildFlagsAndConfiguration) {
  // No `features` object: Grafana would take us for another product.
  const std::string build =
      R"({"version":"3.14.0","revision":"r1","branch":"main","buildUser":"","buildDate":"",)"
      R"("goVersion":"12"})";
  EXPECT_EQ(ask(get("/api/v1/status/buildinfo")).body,
            R"({"status":"success","data":)" + build + "}");
  EXPECT_EQ(ask(get("/version")).body, build + "\n");
  EXPECT_EQ(ask(get("/api/v1/status/flags")).body,
            R"({"status":"success","data":{"config.file":"p.yml"}})");
  EXPECT_EQ(ask(get("/api/v1/status/config")).body,
            R"({"status":"success","data":{"yaml":"a: \u003csecret\u003e\n"}})");
  EXPECT_EQ(ask(get("/metrics")).content_type, "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(StatusApi, ShowsTheRuntimeUnderUpstreamsKeys) {
  const std::string body = ask(get("/api/v1/status/runtimeinfo")).body;
  for (const char* key : {"startTime", "CWD", "hostname", "serverTime", "reloadConfigSuccess",
                          "lastConfigTime", "corruptionCount", "goroutineCount", "GOMAXPROCS",
                          "GOMEMLIMIT", "GOGC", "GODEBUG", "storageRetention"}) {
    EXPECT_NE(body.find("\"" + std::string(key) + "\":"), std::string::npos) << key;
  }
}

TEST_F(StatusApi, TellsOfAFailedReload) {
  EXPECT_EQ(ask(get("/api/v1/notifications")).body, R"({"status":"success","data":[]})");
  failed_at = 1500;
  EXPECT_EQ(ask(get("/api/v1/notifications")).body,
            R"({"status":"success","data":[{"text":"Configuration reload has failed.",)"
            R"("date":"1970-01-01T00:00:01.5Z","active":true}]})");
}

TEST_F(StatusApi, IsHealthyBeforeItIsReady) {
  ready = false;
  EXPECT_EQ(ask(get("/-/healthy")).status, 200);
  EXPECT_EQ(ask(get("/health")).status, 200);
  EXPECT_EQ(ask(get("/metrics")).status, 200);
  for (const char* path : {"/-/ready", "/ready", "/version", "/api/v1/status/flags", "/nothing"}) {
    const auto answer = ask(get(path));
    EXPECT_EQ(answer.status, 503) << path;
    EXPECT_EQ(header_of(answer, "X-Prometheus-Stopping"), "false");
  }
  ready = true;
  EXPECT_EQ(ask(get("/-/ready")).status, 200);
  stopping = true;
  EXPECT_EQ(header_of(ask(get("/-/ready")), "X-Prometheus-Stopping"), "true");
}

TEST_F(StatusApi, ReloadsOnlyWhenAllowed) {
  EXPECT_EQ(ask(get("/-/reload")).status, 405);
  const auto closed = ask(post("/-/reload", "", ""));
  EXPECT_EQ(closed.status, 403);
  EXPECT_EQ(closed.body, "Lifecycle API is not enabled.");
  view.reload = [] { return base::Status(base::Code::kInvalid, "no route"); };
  const auto failed = ask(post("/-/reload", "", ""));
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.body, "failed to reload config: no route\n");
  view.reload = [] { return base::Status(); };
  EXPECT_EQ(ask(post("/-/reload", "", "")).status, 200);
}

TEST_F(StatusApi, NeverQuitsAndHasNoAdminCalls) {
  view.reload = [] { return base::Status(); };
  EXPECT_EQ(ask(post("/-/quit", "", "")).status, 403);
  EXPECT_EQ(ask(get("/-/quit")).status, 405);
  const auto answer = ask(post("/api/v1/admin/tsdb/snapshot", "", ""));
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body,
            R"({"status":"error","errorType":"unavailable","error":"admin APIs disabled"})");
}

}  // namespace
}  // namespace tocsin::api
