#include "engine/net/http_client.h"

#include <gtest/gtest.h>

#include <mutex>

#include "engine/net/compression.h"
#include "tests/unit/net/net_fixture.h"

namespace tocsin::testing {
namespace {

using base::Code;
using config::Secret;
using net::HttpClientConfig;
using net::ServerRequest;
using net::ServerResponse;

ServerResponse text(std::string body) { return {200, "text/plain", {}, std::move(body)}; }

ServerResponse redirect(int status, std::string location) {
  return {status, "", {{"Location", std::move(location)}}, ""};
}

/// Shows what the server got to see of a request.
ServerResponse show(const ServerRequest& request) {
  std::string out = request.method + " " + request.path + " " + request.body + "\n";
  for (const auto& [name, value] : request.headers) {
    if (name != "host") out += name + ": " + value + "\n";
  }
  return text(out);
}

std::string address(uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

TEST(HttpClient, ReusesConnections) {
  LoopbackServer server(show);
  ClientFixture client;
  for (int i = 0; i < 5; ++i) {
    const auto answer = client.get(server.url("/"));
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
  }
  EXPECT_EQ(server.server().stats().connections, 1u);
  EXPECT_EQ(client.loop().stats().connections, 1u);
  EXPECT_EQ(client.loop().stats().requests, 5u);
}

TEST(HttpClient, SendsMethodHeadersAndBodyAndNothingElse) {
  LoopbackServer server(show);
  ClientFixture client;
  const auto answer = client.send({.method = "POST",
                                   .url = server.url("/p"),
                                   .headers = {{"X-A", "b"}, {"Empty", ""}},
                                   .body = "data"});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->body,
            "POST /p data\naccept: */*\naccept-encoding: gzip, deflate, zstd\nx-a: b\nempty: "
            "\ncontent-length: 4\n");
  EXPECT_EQ(answer->header("content-type"), "text/plain");
  EXPECT_EQ(client.send({.method = "DELETE", .url = server.url("/d")})->body.substr(0, 9),
            "DELETE /d");
  EXPECT_EQ(client.send({.method = "HEAD", .url = server.url("/")})->body, "");
}

TEST(HttpClient, RefusesHeadersThatWouldBreakTheLine) {
  LoopbackServer server(show);
  ClientFixture client;
  const auto answer = client.send({.url = server.url("/"), .headers = {{"X", "a\r\nY: b"}}});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Code::kInvalid);
}

TEST(HttpClient, DecompressesWithinTheLimit) {
  LoopbackServer server([](const ServerRequest&) { return text(std::string(50'000, 'x')); });
  ClientFixture client;
  const auto answer = client.send({.url = server.url("/"), .body_bytes_max = 50'000});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->body, std::string(50'000, 'x'));
  EXPECT_LT(answer->wire_bytes, 1000u);
  const auto refused = client.send({.url = server.url("/"), .body_bytes_max = 49'999});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kLimit);
  EXPECT_EQ(refused.error().message,
            address(server.port()) + ": body size limit exceeded: more than 49999 bytes");
}

TEST(HttpClient, LargeHeadsAreNoLargeBodies) {
  LoopbackServer server([](const ServerRequest&) -> ServerResponse {
    net::HeaderList headers;
    for (int i = 0; i < 100; ++i) headers.emplace_back("X-Filler", std::string(4000, 'x'));
    return {200, "text/plain", headers, "x"};
  });
  ClientFixture client;
  const auto refused = client.get(server.url("/"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_EQ(refused.error().message,
            address(server.port()) + ": the answer's headers are too large");
}

TEST(HttpClient, UnknownCodingsAreErrors) {
  LoopbackServer server([](const ServerRequest&) -> ServerResponse {
    return {200, "text/plain", {{"Content-Encoding", "tea"}}, "x"};
  });
  ClientFixture client;
  EXPECT_EQ(client.get(server.url("/")).error().code, Code::kUnavailable);
}

TEST(HttpClient, ErrorsNameTheAddressAndTheReason) {
  const ClosedPort closed;
  const uint16_t port = closed.port();
  ClientFixture client;
  const auto refused = client.get("http://user:secret@" + address(port) + "/path?token=secret");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_EQ(refused.error().message, "dial tcp " + address(port) + ": connect: connection refused");
}

TEST(HttpClient, TimesOut) {
  const SilentSocket silent(SilentSocket::Kind::kTcp);
  ClientFixture client;
  const auto answer = client.send({.url = "http://" + address(silent.port()) + "/", .timeout = 50});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Code::kTimeout);
  EXPECT_EQ(answer.error().message, address(silent.port()) + ": context deadline exceeded");
}

TEST(HttpClient, RefusesUrlsItCannotUse) {
  ClientFixture client;
  EXPECT_EQ(client.get("ftp://127.0.0.1/").error().code, Code::kInvalid);
  EXPECT_EQ(client.get("nonsense").error().code, Code::kInvalid);
}

TEST(HttpClient, PendingRequestsAreCancelledWithTheLoop) {
  const SilentSocket silent(SilentSocket::Kind::kTcp);
  std::future<base::Result<net::HttpResponse>> pending;
  {
    ClientFixture client;
    pending = client.start({.url = "http://" + address(silent.port()) + "/"});
  }
  EXPECT_EQ(pending.get().error().code, Code::kCancelled);
}

TEST(HttpClient, PresentsBasicCredentials) {
  LoopbackServer server(show);
  HttpClientConfig config;
  config.basic_auth.emplace();
  config.basic_auth->username = "user";
  config.basic_auth->password = Secret("pass");
  ClientFixture client(config);
  EXPECT_NE(client.get(server.url("/"))->body.find("authorization: Basic dXNlcjpwYXNz\n"),
            std::string::npos);
}

TEST(HttpClient, ReadsTokenFilesAnewForEachRequest) {
  LoopbackServer server(show);
  const std::string file = scratch_folder() + "/token";
  HttpClientConfig config;
  config.authorization.emplace();
  config.authorization->credentials_file = file;
  ClientFixture client(config);
  write_file(file, " one\n");
  EXPECT_NE(client.get(server.url("/"))->body.find("authorization: Bearer one\n"),
            std::string::npos);
  write_file(file, "two");
  EXPECT_NE(client.get(server.url("/"))->body.find("authorization: Bearer two\n"),
            std::string::npos);
  write_file(file, "two\nlines");
  EXPECT_EQ(client.get(server.url("/")).error().code, Code::kInvalid);
}

TEST(HttpClient, AnExplicitAuthorizationWins) {
  LoopbackServer server(show);
  HttpClientConfig config;
  config.authorization.emplace();
  config.authorization->credentials = Secret("ours");
  ClientFixture client(config);
  const auto answer =
      client.send({.url = server.url("/"), .headers = {{"Authorization", "theirs"}}});
  EXPECT_NE(answer->body.find("authorization: theirs\n"), std::string::npos);
  EXPECT_EQ(answer->body.find("ours"), std::string::npos);
}

/// A client with every kind of credential, for the redirect tests.
HttpClientConfig with_secrets() {
  HttpClientConfig config;
  config.authorization.emplace();
  config.authorization->credentials = Secret("secret-token");
  config.headers["X-Key"] = Secret("secret-key");
  return config;
}

TEST(HttpClient, RedirectsToAnotherHostCarryNoCredentials) {
  LoopbackServer other(show);
  LoopbackServer server([&](const ServerRequest& request) {
    return request.path == "/same"    ? redirect(302, "/shown")
           : request.path == "/shown" ? show(request)
                                      : redirect(307, other.url("/x"));
  });
  ClientFixture client(with_secrets());
  const auto send = [&](const std::string& path) {
    return client.send(
        {.url = server.url(path), .headers = {{"Cookie", "secret-cookie"}, {"Accept", "a/b"}}});
  };
  const auto foreign = send("/other");
  ASSERT_TRUE(foreign.ok()) << foreign.error().message;
  EXPECT_EQ(foreign->body.find("secret"), std::string::npos) << foreign->body;
  EXPECT_NE(foreign->body.find("accept: a/b\n"), std::string::npos);
  const auto own = send("/same");
  EXPECT_NE(own->body.find("Bearer secret-token\n"), std::string::npos);
  EXPECT_NE(own->body.find("x-key: secret-key\n"), std::string::npos);
  EXPECT_NE(own->body.find("cookie: secret-cookie\n"), std::string::npos);
}

TEST(HttpClient, CredentialsDoNotComeBackWithASecondRedirect) {
  std::string home;
  LoopbackServer other([&](const ServerRequest&) { return redirect(302, home); });
  LoopbackServer server([&](const ServerRequest& request) {
    return request.path == "/home" ? show(request) : redirect(302, other.url("/"));
  });
  home = server.url("/home");
  ClientFixture client(with_secrets());
  EXPECT_EQ(client.get(server.url("/"))->body.find("secret"), std::string::npos);
}

TEST(HttpClient, RedirectsChangeTheMethodAsInGo) {
  LoopbackServer server([](const ServerRequest& request) {
    return request.path == "/see-other"   ? redirect(303, "/x")
           : request.path == "/temporary" ? redirect(307, "/x")
                                          : show(request);
  });
  ClientFixture client;
  EXPECT_EQ(client.send({.method = "POST", .url = server.url("/see-other"), .body = "b"})
                ->body.substr(0, 8),
            "GET /x \n");
  EXPECT_EQ(client.send({.method = "POST", .url = server.url("/temporary"), .body = "b"})
                ->body.substr(0, 10),
            "POST /x b\n");
}

TEST(HttpClient, RedirectsEndSomewhere) {
  LoopbackServer server([](const ServerRequest& request) {
    return request.path == "/file" ? redirect(302, "file:///etc/passwd") : redirect(302, "/again");
  });
  ClientFixture client;
  EXPECT_EQ(client.get(server.url("/")).error().message,
            address(server.port()) + ": stopped after 10 redirects");
  EXPECT_EQ(client.get(server.url("/file")).error().code, Code::kInvalid);
  EXPECT_EQ(server.server().stats().requests, 12u);
}

TEST(HttpClient, RedirectsAreAnswersWhenNotFollowed) {
  LoopbackServer server([](const ServerRequest&) { return redirect(302, "/x"); });
  ClientFixture client({.follow_redirects = false});
  EXPECT_EQ(client.get(server.url("/"))->status, 302);
}

TEST(HttpClient, ManyRequestsRunAtOnce) {
  LoopbackServer server(show);
  ClientFixture client;
  std::vector<std::future<base::Result<net::HttpResponse>>> answers;
  for (int i = 0; i < 200; ++i) answers.push_back(client.start({.url = server.url("/")}));
  int good = 0;
  for (auto& answer : answers) good += answer.get().ok() ? 1 : 0;
  EXPECT_EQ(good, 200);
}

TEST(HttpClient, GoesThroughAProxy) {
  LoopbackServer proxy([](const ServerRequest& request) {
    return text("proxied " + std::string(request.header("host")));
  });
  ClientFixture client({.proxy_url = proxy.url("")});
  EXPECT_EQ(client.get("http://never.looked.up.invalid/x")->body,
            "proxied never.looked.up.invalid");
  EXPECT_EQ(client.loop().stats().lookups, 0u);
}

TEST(HttpClient, ConfigurationsThatCannotWorkAreRefused) {
  base::SystemClock clock;
  net::EventLoop loop(clock, "test");
  EXPECT_FALSE(loop.make_client({.proxy_url = "socks5://127.0.0.1:1"}).ok());
  EXPECT_FALSE(loop.make_client({.tls = {.ca_file = "/nonexistent/ca.pem"}}).ok());
  EXPECT_FALSE(loop.make_client({.tls = {.min_version = "TLS9"}}).ok());
  EXPECT_FALSE(loop.make_client({.tls = {.cert = "x"}}).ok());
}

}  // namespace
}  // namespace tocsin::testing
