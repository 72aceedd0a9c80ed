#include "engine/api/route_prefix.h"

#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

net::ServerResponse echo(const net::ServerRequest& request) {
  net::ServerResponse out;
  out.body = request.path + "?" + request.query + " " + request.body;
  return out;
}

TEST(RoutePrefix, HidesThePrefix) {
  const auto handler = serve_below("/a/b", echo);
  EXPECT_EQ(handler(get("/a/b/api/v1/query", "query=1")).body, "/api/v1/query?query=1 ");
  EXPECT_EQ(handler(get("/a/b/")).body, "/? ");
  EXPECT_EQ(handler(post("/a/b/x", "text/plain", "body")).body, "/x? body");
}

TEST(RoutePrefix, LeadsThereFromTheRoot) {
  const auto handler = serve_below("/a/b", echo);
  for (const char* path : {"/", "/a/b"}) {
    const auto answer = handler(get(path));
    EXPECT_EQ(answer.status, 302);
    EXPECT_EQ(header_of(answer, "Location"), "/a/b/");
  }
}

TEST(RoutePrefix, HasNothingElse) {
  const auto handler = serve_below("/a/b", echo);
  for (const char* path : {"/a", "/a/bc", "/api/v1/query", "/-/healthy"})
    EXPECT_EQ(handler(get(path)).status, 404) << path;
}

TEST(RoutePrefix, ChangesNothingWithoutOne) {
  EXPECT_EQ(serve_below("", echo)(get("/")).body, "/? ");
}

}  // namespace
}  // namespace tocsin::api
