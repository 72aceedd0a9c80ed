#include "engine/net/get_request.h"

#include <gtest/gtest.h>

namespace tocsin::net {
namespace {

std::shared_ptr<HttpJob> job_of(HttpRequest request, HttpClientConfig config = {}) {
  auto tls = TlsSetup::make(config.tls);
  auto setup =
      std::make_shared<ClientSetup>(ClientSetup{std::move(config), *std::move(tls), std::nullopt});
  return std::make_shared<HttpJob>(HttpJob{std::move(setup), std::move(request), nullptr, {}});
}

std::string bytes_of(HttpRequest request, HttpClientConfig config = {}) {
  const auto job = job_of(std::move(request), std::move(config));
  if (!may_be_plain_get(*job)) return "not plain";
  const auto made = make_get_request(*job);
  if (!made) return made.error().message;
  return *made ? (*made)->bytes : "not plain";
}

TEST(GetRequest, SaysWhatWasAsked) {
  EXPECT_EQ(bytes_of({.url = "http://a-b.c_d:9100/metrics?x=1#part",
                      .headers = {{"X-A", "b"}, {"Empty", ""}}}),
            "GET /metrics?x=1 HTTP/1.1\r\nHost: a-b.c_d:9100\r\nAccept: */*\r\nX-A: b\r\n"
            "Empty: \r\nAccept-Encoding: gzip, deflate, zstd\r\n\r\n");
  EXPECT_EQ(bytes_of({.url = "http://a:80?x",
                      .headers = {{"accept", "t"}, {"Accept-Encoding", "identity"}}}),
            "GET /?x HTTP/1.1\r\nHost: a\r\naccept: t\r\nAccept-Encoding: identity\r\n\r\n");
}

TEST(GetRequest, PresentsCredentials) {
  HttpClientConfig config;
  config.headers["X-Key"] = config::Secret("k");
  config.basic_auth.emplace();
  config.basic_auth->username = "user";
  config.basic_auth->password = config::Secret("pass!");
  EXPECT_EQ(bytes_of({.url = "http://a/"}, config),
            "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic dXNlcjpwYXNzIQ==\r\n"
            "Accept: */*\r\nX-Key: k\r\nAccept-Encoding: gzip, deflate, zstd\r\n\r\n");
  EXPECT_EQ(bytes_of({.url = "http://a/", .headers = {{"authorization", "own"}}}, config),
            "GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nauthorization: own\r\n"
            "X-Key: k\r\nAccept-Encoding: gzip, deflate, zstd\r\n\r\n");
}

TEST(GetRequest, RefusesHeadersThatWouldBreakTheLine) {
  const std::string fault = " contains a line break or control character";
  EXPECT_EQ(bytes_of({.url = "http://a/", .headers = {{"X", "a\r\nY: b"}}}),
            "the request header \"X\"" + fault);
  EXPECT_EQ(bytes_of({.url = "http://a/", .headers = {{"X: a\r\nY", "b"}}}),
            "the request header \"X: a\"" + fault);
  EXPECT_EQ(bytes_of({.url = "http://a/", .headers = {{"Accept-Encoding", "a\nb"}}}),
            "the request header \"Accept-Encoding\"" + fault);
}

TEST(GetRequest, TakesPlainUrlsApart) {
  const auto v6 = split_plain_url("http://[::1]:9100/m");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->port, 9100);
  EXPECT_EQ(v6->authority, "[::1]:9100");
  EXPECT_EQ(v6->target, "/m");
  const auto bare = split_plain_url("http://10.0.0.1");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->host, "10.0.0.1");
  EXPECT_EQ(bare->port, 80);
  EXPECT_EQ(bare->target, "");
}

TEST(GetRequest, LeavesTheRestToOthers) {
  for (const char* url : {"https://a/",      "HTTP://a/",         "http://user:pass@a/",
                          "http://",         "http://a:0/",       "http://a:x/",
                          "http://a:65536/", "http://a:/",        "http://a/x/../y",
                          "http://a/./x",    "http://127.1/",     "http://0x7f000001/",
                          "http://[::1/",    "http://[a]/",       "http://[::1]x/",
                          "http://a/x y",    "http://a/\xc3\xa9", "http://\xc3\xa9/",
                          "http://a b/",     "http://a./",        "a/b"}) {
    EXPECT_FALSE(split_plain_url(url)) << url;
  }
  EXPECT_EQ(bytes_of({.method = "POST", .url = "http://a/"}), "not plain");
  EXPECT_EQ(bytes_of({.url = "http://a/", .body = "x"}), "not plain");
  for (const char* name : {"Host", "connection", "Content-Length", "Transfer-Encoding", "TE"}) {
    EXPECT_EQ(bytes_of({.url = "http://a/", .headers = {{name, "x"}}}), "not plain") << name;
  }
}

}  // namespace
}  // namespace tocsin::net
