// Answers that are made while they are read.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <latch>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "engine/net/compression.h"
#include "tests/unit/net/net_fixture.h"

namespace tocsin::testing {
namespace {

using net::BodySource;
using net::ServerLimits;
using net::ServerRequest;
using net::ServerResponse;

constexpr size_t kEndless = SIZE_MAX;
/// More than all buffers between two sockets hold.
constexpr size_t kUnreadMax = 64u << 20;

/// What the sources of a test have done.
struct Seen {
  std::atomic<size_t> made{0};
  std::latch gone{1};
};

/// Numbered lines.
class Lines final : public BodySource {
 public:
  Lines(Seen& seen, size_t bytes) : seen_(seen), left_(bytes) {}
  ~Lines() override { seen_.gone.count_down(); }
  bool append_to(std::string& out, size_t bytes) override {
    const size_t before = out.size();
    while (left_ > 0 && out.size() < bytes) {
      const std::string line = std::to_string(seen_.made) + "\n";
      const size_t some = std::min(left_, line.size());
      out += line.substr(0, some);
      if (left_ != kEndless) left_ -= some;
      seen_.made += some;
    }
    EXPECT_LT(out.size() - before, bytes + 100);
    return left_ > 0;
  }
  uint64_t bytes_kept() const override { return 0; }

 private:
  Seen& seen_;
  size_t left_;
};

std::string lines(size_t bytes) {
  Seen seen;
  std::string out;
  Lines(seen, bytes).append_to(out, bytes);
  return out;
}

/// Answers /stream with lines, all else with "short".
net::ServerHandler streaming(Seen& seen, size_t bytes) {
  return [&seen, bytes](const ServerRequest& request) {
    ServerResponse out{200, "text/plain", {}, "short"};
    if (request.path != "/stream") return out;
    out.body = "head\n";
    out.rest = std::make_shared<Lines>(seen, bytes);
    return out;
  };
}

const std::string kGet = "GET /stream HTTP/1.1\r\nHost: a\r\n";

std::string ask(uint16_t port, const std::string& request) {
  const RawSocket socket(port);
  socket.send(request);
  return socket.read_to_end();
}

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

std::string unchunk(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const size_t line = bytes.find("\r\n");
    size_t size = 0;
    std::from_chars(bytes.data(), bytes.data() + line, size, 16);
    if (size == 0) {
      EXPECT_EQ(bytes.substr(line), "\r\n\r\n");
      return out;
    }
    out += bytes.substr(line + 2, size);
    bytes.remove_prefix(line + 2 + size + 2);
  }
  ADD_FAILURE() << "no last chunk";
  return out;
}

TEST(HttpStream, ComesInChunks) {
  Seen seen;
  LoopbackServer server(streaming(seen, 3'000'000));
  const std::string answer = ask(server.port(), kGet + "Connection: close\r\n\r\n");
  EXPECT_NE(answer.find("\r\nTransfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("Content-Length"), std::string::npos);
  EXPECT_EQ(unchunk(body_of(answer)), "head\n" + lines(3'000'000));
}

TEST(HttpStream, EndsWithTheConnectionOfAnOldClient) {
  Seen seen;
  LoopbackServer server(streaming(seen, 1'000'000));
  const std::string answer = ask(server.port(), "GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_EQ(answer.find("Transfer-Encoding"), std::string::npos);
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_EQ(body_of(answer), "head\n" + lines(1'000'000));
}

TEST(HttpStream, IsCompressedForThoseWhoAsk) {
  Seen seen;
  LoopbackServer server(streaming(seen, 3'000'000));
  const std::string answer =
      ask(server.port(), kGet + "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("\r\nContent-Encoding: gzip\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\r\nVary: Accept-Encoding\r\n"), std::string::npos);
  const auto plain = net::decompress("gzip", unchunk(body_of(answer)), 4'000'000);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(*plain, "head\n" + lines(3'000'000));
}

TEST(HttpStream, IsCompressedWholeWhenThatNeedsLittle) {
  Seen seen;
  LoopbackServer server(streaming(seen, 1'000'000));
  const std::string answer =
      ask(server.port(), kGet + "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("\r\nContent-Length: "), std::string::npos);
  const auto plain = net::decompress("gzip", body_of(answer), 2'000'000);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(*plain, "head\n" + lines(1'000'000));
}

TEST(HttpStream, IsReadByOurOwnClient) {
  Seen seen;
  LoopbackServer server(streaming(seen, 3'000'000));
  ClientFixture client;
  const auto answer = client.get(server.url("/stream"));
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->body, "head\n" + lines(3'000'000));
}

TEST(HttpStream, HeadMakesNothingOfIt) {
  Seen seen;
  LoopbackServer server(streaming(seen, kEndless));
  const RawSocket socket(server.port());
  socket.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string head = socket.read_until("\r\n\r\n");
  EXPECT_NE(head.find("\r\nTransfer-Encoding: chunked\r\n"), std::string::npos);
  seen.gone.wait();
  EXPECT_EQ(seen.made.load(), 0u);
  // The connection goes on: no byte of a body came.
  socket.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(socket.read_to_end().substr(0, 15), "HTTP/1.1 200 OK");
}

TEST(HttpStream, PipelinedRequestsWaitForItsEnd) {
  Seen seen;
  LoopbackServer server(streaming(seen, 2'000'000));
  const std::string answer =
      ask(server.port(), kGet + "\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const size_t end = answer.find("0\r\n\r\nHTTP/1.1 200 OK\r\n");
  ASSERT_NE(end, std::string::npos);
  EXPECT_EQ(unchunk(body_of(answer.substr(0, end + 5))), "head\n" + lines(2'000'000));
  EXPECT_EQ(body_of(answer.substr(end + 5)), "short");
}

TEST(HttpStream, AClientThatReadsNothingGetsNoMoreThanFitsAndIsCutOff) {
  Seen seen;
  LoopbackServer server(streaming(seen, kEndless), {.write_timeout = 50});
  const RawSocket client(server.port());
  client.send(kGet + "\r\n");
  seen.gone.wait();
  EXPECT_LT(seen.made.load(), kUnreadMax);
}

// Byte by byte, which is slow.
TEST(HttpStream, AClientThatReadsAllTheTimeButTooSlowlyIsCutOff) {
  Seen seen;
  LoopbackServer server(streaming(seen, kEndless),
                        {.write_timeout = 20, .read_rate_min = uint64_t{1} << 50});
  const RawSocket client(server.port());
  client.send(kGet + "\r\n");
  while (!seen.gone.try_wait()) client.read_until("\n");
}

TEST(HttpStream, GoesWhenItsClientLeaves) {
  Seen seen;
  LoopbackServer server(streaming(seen, kEndless));
  {
    const RawSocket client(server.port());
    client.send(kGet + "\r\n");
    client.read_until("head\n");
  }
  seen.gone.wait();
  EXPECT_LT(seen.made.load(), kUnreadMax);
}

TEST(HttpStream, StopLetsTheClientReadTheRest) {
  Seen seen;
  constexpr size_t kBytes = 30'000'000;  // more than fits between the sockets
  LoopbackServer server(streaming(seen, kBytes), {.write_timeout = base::kHour});
  const RawSocket idle(server.port());
  const RawSocket client(server.port());
  client.send(kGet + "\r\n");
  client.read_until("head\n\r\n");
  std::thread stopper([&] { server.server().stop(base::kHour); });
  EXPECT_EQ(idle.read_to_end(), "");  // closed at once: stop() has begun
  EXPECT_EQ(unchunk(client.read_to_end()), lines(kBytes));
  stopper.join();
}

TEST(HttpStream, StopCutsItAfterTheGrace) {
  Seen seen;
  LoopbackServer server(streaming(seen, kEndless));
  const RawSocket client(server.port());
  client.send(kGet + "\r\n");
  client.read_until("head\n");
  server.server().stop(20);
  seen.gone.wait();
}

TEST(HttpServer, TakesAHeadThatComesByteByByte) {
  Seen seen;
  LoopbackServer server(streaming(seen, 0));
  const RawSocket client(server.port());
  const std::string head =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: " + std::string(10'000, 'x') +
      "\r\n\r\n";
  for (const char byte : head) client.send({&byte, 1});
  EXPECT_EQ(body_of(client.read_to_end()), "short");
}

}  // namespace
}  // namespace tocsin::testing
