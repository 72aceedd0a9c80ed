// Our server, spoken to in raw bytes.
#include "engine/net/http_server.h"

#include <gtest/gtest.h>

#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "engine/net/compression.h"
#include "tests/unit/net/net_fixture.h"

namespace tocsin::testing {
namespace {

using net::ServerLimits;
using net::ServerRequest;
using net::ServerResponse;

const std::string kClosing = " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";

ServerResponse echo(const ServerRequest& request) {
  return {200,
          "text/plain",
          {},
          request.method + " " + request.path + "?" + request.query + " " + request.body};
}

ServerResponse large(const ServerRequest&) {
  return {200, "text/plain", {}, std::string(5000, 'x')};
}

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

std::string ask(uint16_t port, const std::string& request) {
  const RawSocket socket(port);
  socket.send(request);
  return socket.read_to_end();
}

TEST(HttpServer, AnswersWithDateLengthAndType) {
  LoopbackServer server(echo);
  const std::string answer = ask(server.port(), "GET /a%20b?c=d" + kClosing + "\r\n");
  EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
  EXPECT_NE(answer.find("\r\nDate: "), std::string::npos);
  EXPECT_NE(answer.find("\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n"),
            std::string::npos);
  EXPECT_EQ(body_of(answer), "GET /a b?c=d ");
}

TEST(HttpServer, HeadHasTheLengthWithoutTheBody) {
  LoopbackServer server(large);
  const std::string answer = ask(server.port(), "HEAD /" + kClosing + "\r\n");
  EXPECT_NE(answer.find("Content-Length: 5000\r\n"), std::string::npos);
  EXPECT_EQ(body_of(answer), "");
}

TEST(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  LoopbackServer server(echo);
  const std::string answer =
      ask(server.port(),
          "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
          "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ncd\r\n0\r\n\r\n"
          "GET /3" +
              kClosing + "\r\n");
  const size_t first = answer.find("POST /1? ab");
  const size_t second = answer.find("POST /2? cd");
  const size_t third = answer.find("GET /3? ");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos);
  EXPECT_EQ(server.server().stats().connections, 1u);
  EXPECT_EQ(server.server().stats().requests, 3u);
}

TEST(HttpServer, AsksForABodyThatWaits) {
  LoopbackServer server(echo);
  const RawSocket socket(server.port());
  socket.send("POST /" + kClosing + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(socket.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("ab");
  EXPECT_EQ(body_of(socket.read_to_end()), "POST /? ab");
}

TEST(HttpServer, CompressesLargeAnswersForThoseWhoAsk) {
  LoopbackServer server(large);
  const std::string answer =
      ask(server.port(), "GET /" + kClosing + "Accept-Encoding: gzip\r\n\r\n");
  EXPECT_NE(answer.find("Content-Encoding: gzip\r\n"), std::string::npos);
  EXPECT_NE(answer.find("Vary: Accept-Encoding\r\n"), std::string::npos);
  const auto plain = net::decompress("gzip", body_of(answer), 5000);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(*plain, std::string(5000, 'x'));
  EXPECT_EQ(body_of(ask(server.port(), "GET /" + kClosing + "\r\n")).size(), 5000u);
}

TEST(HttpServer, DecompressesRequestBodies) {
  LoopbackServer server(echo);
  const std::string packed = *net::gzip("hello");
  const std::string head = "POST /" + kClosing + "Content-Encoding: gzip\r\nContent-Length: ";
  EXPECT_EQ(body_of(ask(server.port(), head + std::to_string(packed.size()) + "\r\n\r\n" + packed)),
            "POST /? hello");
  EXPECT_EQ(ask(server.port(), head + "3\r\n\r\nabc").substr(9, 3), "400");
}

TEST(HttpServer, BoundsDecompressedBodies) {
  LoopbackServer server(echo, {.body_bytes_max = 1000});
  const std::string packed = *net::gzip(std::string(1001, 'x'));
  const std::string head = "POST /" + kClosing + "Content-Encoding: gzip\r\nContent-Length: ";
  const std::string answer =
      ask(server.port(), head + std::to_string(packed.size()) + "\r\n\r\n" + packed);
  EXPECT_EQ(answer.substr(9, 3), "413");
}

TEST(HttpServer, BoundsLargeBodiesTogether) {
  LoopbackServer server(echo, {.body_bytes_max = 1000});
  const std::string begun =
      "POST /" + kClosing + "Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n";
  std::vector<std::unique_ptr<RawSocket>> open;
  for (int i = 0; i < 16; ++i) {
    open.push_back(std::make_unique<RawSocket>(server.port()));
    open.back()->send(begun);
    open.back()->read_until("100 Continue");
  }
  EXPECT_EQ(ask(server.port(), begun).substr(9, 3), "503");
  EXPECT_EQ(ask(server.port(), "POST /" + kClosing + "Content-Length: 1\r\n\r\na").substr(9, 3),
            "200");
  open[0]->send(std::string(1000, 'x'));
  open[0]->read_to_end();
  open[0] = std::make_unique<RawSocket>(server.port());
  open[0]->send(begun);
  open[0]->read_until("100 Continue");
  open.clear();  // Given up without a body: their room comes back, too.
  const std::string whole =
      "POST /" + kClosing + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'y');
  while (ask(server.port(), whole).substr(9, 3) == "503") {
  }
  EXPECT_EQ(ask(server.port(), whole).substr(9, 3), "200");
}

TEST(HttpServer, BoundsChunkExtensionsAndTrailers) {
  LoopbackServer server(echo);
  const std::string head = "POST /" + kClosing + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string padding(128u << 10, 'x');
  EXPECT_EQ(ask(server.port(), head + "1;" + padding).substr(9, 3), "400");
  EXPECT_EQ(ask(server.port(), head + "1\r\na\r\n0\r\na: " + padding).substr(9, 3), "400");
}

TEST(HttpServer, SlowHeadsEndIn408) {
  LoopbackServer server(echo, {.head_timeout = 50});
  EXPECT_EQ(ask(server.port(), "GET / HTTP/1.1\r\nHo").substr(9, 3), "408");
}

TEST(HttpServer, SlowBodiesEndIn408) {
  LoopbackServer server(echo, {.body_timeout = 50});
  EXPECT_EQ(ask(server.port(), "POST /" + kClosing + "Content-Length: 9\r\n\r\nab").substr(9, 3),
            "408");
}

TEST(HttpServer, SilentConnectionsAreClosed) {
  LoopbackServer impatient(echo, {.head_timeout = 50});
  EXPECT_EQ(ask(impatient.port(), ""), "");
  LoopbackServer server(echo, {.head_timeout = base::kHour, .idle_timeout = 50});
  const RawSocket idle(server.port());
  idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(body_of(idle.read_to_end()), "GET /? ");
}

TEST(HttpServer, TurnsAwayTooManyConnectionsWhenAllAreBusy) {
  std::latch entered(1);
  std::latch may_go(1);
  LoopbackServer server(
      [&](const ServerRequest&) -> ServerResponse {
        entered.count_down();
        may_go.wait();
        return {};
      },
      {.connections_max = 1});
  const RawSocket first(server.port());
  first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  entered.wait();
  EXPECT_EQ(ask(server.port(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n").substr(9, 3), "503");
  EXPECT_EQ(server.server().stats().connections_refused, 1u);
  may_go.count_down();
}

TEST(HttpServer, ClosesAnIdleConnectionToMakeRoom) {
  LoopbackServer server(echo, {.connections_max = 2});
  const RawSocket kept_alive(server.port());
  kept_alive.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  kept_alive.read_until("GET /?");
  const RawSocket silent(server.port());
  EXPECT_EQ(body_of(ask(server.port(), "GET /3" + kClosing + "\r\n")), "GET /3? ");
  EXPECT_EQ(silent.read_to_end(), "");
  kept_alive.send("GET /4" + kClosing + "\r\n");
  EXPECT_EQ(body_of(kept_alive.read_to_end()), "GET /4? ");
  EXPECT_EQ(server.server().stats().connections_evicted, 1u);
  EXPECT_EQ(server.server().stats().connections_refused, 0u);
}

TEST(HttpServer, TellsTheHandlerThatTheClientHasGone) {
  std::latch entered(1);
  std::latch noticed(1);
  LoopbackServer server([&](const ServerRequest& request) -> ServerResponse {
    entered.count_down();
    while (!request.cancelled->load()) std::this_thread::yield();
    noticed.count_down();
    return {};
  });
  {
    const RawSocket client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    entered.wait();
  }
  noticed.wait();
}

TEST(HttpServer, StopLetsARunningRequestFinish) {
  std::latch entered(1);
  std::latch may_go(1);
  LoopbackServer server([&](const ServerRequest& request) -> ServerResponse {
    if (request.path == "/idle") return {200, "text/plain", {}, "idle"};
    entered.count_down();
    may_go.wait();
    return {200, "text/plain", {}, "done"};
  });
  const RawSocket busy(server.port());
  const RawSocket idle(server.port());
  idle.send("GET /idle HTTP/1.1\r\nHost: a\r\n\r\n");
  idle.read_until("\r\n\r\nidle");
  busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  entered.wait();
  std::thread stopper([&] { server.server().stop(base::kHour); });
  EXPECT_EQ(idle.read_to_end(), "");  // closed at once: stop() has begun
  may_go.count_down();
  const std::string answer = busy.read_to_end();
  EXPECT_EQ(body_of(answer), "done");
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  stopper.join();
}

TEST(HttpServer, StopCutsWhatTakesLongerThanTheGrace) {
  std::latch entered(1);
  std::latch may_go(1);
  std::shared_ptr<std::atomic<bool>> cancelled;
  LoopbackServer server([&](const ServerRequest& request) -> ServerResponse {
    cancelled = request.cancelled;
    entered.count_down();
    may_go.wait();
    return {};
  });
  const RawSocket busy(server.port());
  busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  entered.wait();
  server.server().stop(20);
  EXPECT_EQ(busy.read_to_end(), "");
  EXPECT_TRUE(cancelled->load());
  may_go.count_down();
}

TEST(HttpServer, SaysWhyItCannotListen) {
  LoopbackServer server(echo);
  base::InlineExecutor executor;
  const std::string address = "127.0.0.1:" + std::to_string(server.port());
  const auto second = net::serve_http(address, echo, executor, {}, base::Log::none());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().message, "listen tcp " + address + ": Address already in use");
}

}  // namespace
}  // namespace tocsin::testing
