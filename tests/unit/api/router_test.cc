#include "engine/api/router.h"

#include "tests/support/fake_time.h"
#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

net::ServerResponse say(std::string text) {
  net::ServerResponse out;
  out.body = std::move(text);
  return out;
}

Router make_router() {
  Router router;
  router.add_query("/api/v1/query", [](const Call&) { return say("query"); });
  router.add("GET", "/api/v1/label/:name/values",
             [](const Call& call) { return say(call.captures.at(0)); });
  router.add("POST", "/-/reload", [](const Call&) { return say("reload"); });
  router.add("PUT", "/-/reload", [](const Call&) { return say("reload"); });
  return router;
}

TEST(Router, FindsHandlersByMethodAndPath) {
  const Router router = make_router();
  EXPECT_EQ(router(get("/api/v1/query")).body, "query");
  EXPECT_EQ(router(post("/api/v1/query", "", "")).body, "query");
  EXPECT_EQ(router(get("/api/v1/label/a b/values")).body, "a b");
  net::ServerRequest head = get("/api/v1/query");
  head.method = "HEAD";
  EXPECT_EQ(router(head).status, 200);
}

TEST(Router, SaysPageNotFoundInTheWordsClientsLookFor) {
  const Router router = make_router();
  for (const char* path : {"/", "/api/v1", "/api/v1/query/x", "/api/v1/label/a/b/values", "/-/quit",
                           "/config/v1/rules", "/alertmanager/api/v2/status"}) {
    const auto answer = router(get(path));
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.body, "404 page not found\n") << path;
  }
}

TEST(Router, NamesTheMethodsThatWouldWork) {
  const Router router = make_router();
  EXPECT_EQ(router(get("/-/reload")).status, 405);
  EXPECT_EQ(header_of(router(get("/-/reload")), "Allow"), "OPTIONS, POST, PUT");
  net::ServerRequest remove = get("/api/v1/query");
  remove.method = "DELETE";
  EXPECT_EQ(router(remove).status, 405);
  EXPECT_EQ(header_of(router(remove), "Allow"), "GET, OPTIONS, POST");
}

TEST(Router, AnswersOptions) {
  const Router router = make_router();
  net::ServerRequest ask = get("/api/v1/query");
  ask.method = "OPTIONS";
  EXPECT_EQ(router(ask).status, 204);
  ask.path = "/-/reload";
  EXPECT_EQ(router(ask).status, 200);
  EXPECT_EQ(header_of(router(ask), "Allow"), "OPTIONS, POST, PUT");
  ask.path = "/nothing";
  EXPECT_EQ(router(ask).status, 404);
}

TEST(Router, LetsOtherOriginsReadTheApiOnly) {
  const Router router = make_router();
  net::ServerRequest request = get("/api/v1/query");
  EXPECT_EQ(header_of(router(request), "Vary"), "Origin");
  EXPECT_EQ(header_of(router(request), "Access-Control-Allow-Origin"), "");
  request.headers = {{"origin", "http://grafana.example"}};
  EXPECT_EQ(header_of(router(request), "Access-Control-Allow-Origin"), "http://grafana.example");
  request.method = "OPTIONS";
  EXPECT_EQ(header_of(router(request), "Access-Control-Allow-Origin"), "http://grafana.example");
  request.path = "/-/reload";
  request.method = "POST";
  EXPECT_EQ(header_of(router(request), "Access-Control-Allow-Origin"), "");
}

TEST(Router, LetsTheNamedOriginsRead) {
  Router router = make_router();
  router.allow_origins(*base::Regex::compile("https?://grafana\\.example"));
  net::ServerRequest request = get("/api/v1/query");
  request.headers = {{"origin", "http://grafana.example"}};
  EXPECT_EQ(header_of(router(request), "Access-Control-Allow-Origin"), "http://grafana.example");
  request.headers = {{"origin", "http://grafana.example.org"}};
  EXPECT_EQ(header_of(router(request), "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header_of(router(request), "Access-Control-Expose-Headers"), "Date");
}

// No label comes from the request: unknown paths share one.
TEST(Router, CountsByPattern) {
  base::MetricRegistry metrics;
  const testing::FakeClock clock;
  Router router = make_router();
  router.observe(metrics, clock);
  router(get("/api/v1/label/a/values"));
  router(get("/api/v1/label/b/values"));
  router(get("/secret-path"));
  const std::string text = metrics.expose();
  EXPECT_NE(text.find("prometheus_http_requests_total{code=\"200\",handler=\"/api/v1/label/:name/"
                      "values\"} 2\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("prometheus_http_requests_total{code=\"404\",handler=\"/*\"} 1\n"),
            std::string::npos);
  EXPECT_NE(text.find("prometheus_http_response_size_bytes_bucket{handler=\"/*\",le=\"100\"} 1\n"),
            std::string::npos);
  EXPECT_EQ(text.find("secret-path"), std::string::npos);
}

}  // namespace
}  // namespace tocsin::api
