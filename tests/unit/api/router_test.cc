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

/// Two pieces of ten bytes.
class TwoPieces final : public net::BodySource {
 public:
  bool append_to(std::string& out, size_t) override {
    out += "0123456789";
    return std::exchange(is_first_, false);
  }
  uint64_t bytes_kept() const override { return 20; }

 private:
  bool is_first_ = true;
};

TEST(Router, OtherOriginsMayReadThatThereIsNoRoom) {
  Router router;
  router.add("GET", "/api/large", [](const Call&) {
    net::ServerResponse out;
    out.rest = std::make_shared<TwoPieces>();
    return out;
  });
  router.bound_results(30);
  net::ServerRequest request = get("/api/large");
  request.headers.emplace_back("origin", "http://elsewhere");
  const net::ServerResponse first = router(request);
  const net::ServerResponse second = router(request);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(second.status, 503);
  EXPECT_EQ(first.headers, second.headers);
}

TEST(Router, CountsAStreamedAnswerWhenItHasGone) {
  base::MetricRegistry metrics;
  testing::FakeClock clock;
  Router router;
  router.add("GET", "/large", [](const Call&) {
    net::ServerResponse out;
    out.body = std::string(85, 'x');
    out.rest = std::make_shared<TwoPieces>();
    return out;
  });
  router.observe(metrics, clock);
  net::ServerResponse response = router(get("/large"));
  EXPECT_EQ(metrics.expose().find("handler=\"/large\""), std::string::npos);
  std::string rest;
  while (response.rest->append_to(rest, 1)) {
  }
  clock.advance(2000);
  response.rest.reset();
  const std::string text = metrics.expose();
  for (const char* line :
       {"prometheus_http_requests_total{code=\"200\",handler=\"/large\"} 1\n",
        "prometheus_http_response_size_bytes_sum{handler=\"/large\"} 105\n",
        "prometheus_http_request_duration_seconds_sum{handler=\"/large\"} 2\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

}  // namespace
}  // namespace tocsin::api
