// Names, with a name server that the test controls.
#include "engine/net/resolver.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <thread>

#include "tests/unit/net/net_fixture.h"

namespace tocsin::testing {
namespace {

/// Answers every A question with 127.0.0.1 and the given TTL, everything else with nothing.
class NameServer {
 public:
  explicit NameServer(uint8_t ttl) : ttl_(ttl), socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;
  ~NameServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  uint16_t port() const { return port_; }
  void fall_silent() { is_silent_ = true; }

 private:
  void serve() const {
    unsigned char packet[512];
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    for (;;) {
      const ssize_t bytes =
          ::recvfrom(socket_, packet, sizeof(packet), 0, reinterpret_cast<sockaddr*>(&peer), &size);
      if (bytes < 12) return;
      if (is_silent_) continue;
      const std::string answer =
          reply({reinterpret_cast<char*>(packet), static_cast<size_t>(bytes)});
      ::sendto(socket_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&peer), size);
    }
  }

  std::string reply(std::string_view question) const {
    const size_t name_end = question.find('\0', 12);
    const bool is_a = question[name_end + 2] == 1;
    std::string out(question.substr(0, name_end + 5));
    out[2] = static_cast<char>(0x81);
    out[3] = static_cast<char>(0x80);
    out[7] = is_a ? 1 : 0;
    out[8] = out[9] = out[10] = out[11] = 0;
    if (!is_a) return out;
    out += std::string("\xc0\x0c\x00\x01\x00\x01\x00\x00\x00", 9);
    out += static_cast<char>(ttl_);
    return out + std::string("\x00\x04\x7f\x00\x00\x01", 6);
  }

  const uint8_t ttl_;
  const int socket_;
  uint16_t port_ = 0;
  std::atomic<bool> is_silent_ = false;
  std::thread thread_;
};

net::LoopOptions ask(uint16_t port) {
  return {.name_servers = "127.0.0.1:" + std::to_string(port)};
}

net::ServerResponse hello(const net::ServerRequest& request) {
  return {200, "text/plain", {}, "hello " + std::string(request.header("host"))};
}

TEST(Resolver, LooksANameUpOnceForManyRequests) {
  const NameServer names(60);
  LoopbackServer server(hello);
  ClientFixture client({}, ask(names.port()));
  const std::string url = "http://fleet.test.:" + std::to_string(server.port()) + "/";
  std::vector<std::future<base::Result<net::HttpResponse>>> answers;
  for (int i = 0; i < 20; ++i) answers.push_back(client.start({.url = url}));
  for (auto& answer : answers) {
    const auto got = answer.get();
    ASSERT_TRUE(got.ok()) << got.error().message;
  }
  EXPECT_EQ(client.loop().stats().lookups, 1u);
}

TEST(Resolver, ADeadNameServerHoldsUpNobodyElse) {
  const SilentSocket dead(SilentSocket::Kind::kUdp);
  LoopbackServer server(hello);
  ClientFixture client({}, ask(dead.port()));
  std::vector<std::future<base::Result<net::HttpResponse>>> waiting;
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(
        client.start({.url = "http://host" + std::to_string(i) + ".test./", .timeout = 500}));
  }
  for (int i = 0; i < 20; ++i) {
    const auto answer = client.send({.url = server.url("/"), .timeout = base::kHour});
    ASSERT_TRUE(answer.ok()) << answer.error().message;
  }
  for (auto& answer : waiting) {
    const auto got = answer.get();
    ASSERT_FALSE(got.ok());
    EXPECT_EQ(got.error().code, base::Code::kTimeout);
  }
}

/// A resolver on the test's own thread.
class BareResolver {
 public:
  explicit BareResolver(net::ResolverOptions options) : resolver_(reactor_, std::move(options)) {}

  base::Result<net::Addresses> resolve(const std::string& host) {
    std::optional<base::Result<net::Addresses>> found;
    resolver_.resolve(host, [&](base::Result<net::Addresses> f) {
      found = std::move(f);
      reactor_.stop();
    });
    while (!found) reactor_.run();
    return *std::move(found);
  }
  uint64_t lookups() const { return resolver_.lookups(); }

 private:
  net::Reactor reactor_;
  net::Resolver resolver_;
};

TEST(Resolver, ServesOldAddressesWhenTheNameServerIsGone) {
  std::optional<NameServer> names(std::in_place, 0);
  BareResolver resolver(
      {.name_servers = ask(names->port()).name_servers, .ttl_min = 0, .patience = 60'000});
  ASSERT_TRUE(resolver.resolve("fleet.test.").ok());
  ASSERT_TRUE(resolver.resolve("fleet.test.").ok());
  EXPECT_EQ(resolver.lookups(), 2u);
  names.reset();
  const auto stale = resolver.resolve("fleet.test.");
  ASSERT_TRUE(stale.ok()) << stale.error().message;
  EXPECT_EQ(*stale, net::Addresses{"127.0.0.1"});
  EXPECT_EQ(resolver.lookups(), 3u);
}

TEST(Resolver, ServesOldAddressesWhenTheNameServerIsSlow) {
  NameServer names(0);
  BareResolver resolver(
      {.name_servers = ask(names.port()).name_servers, .ttl_min = 0, .patience = 20});
  ASSERT_TRUE(resolver.resolve("fleet.test.").ok());
  names.fall_silent();
  EXPECT_TRUE(resolver.resolve("fleet.test.").ok());
  EXPECT_TRUE(resolver.resolve("fleet.test.").ok());  // at once: the look-up is still under way
  EXPECT_EQ(resolver.lookups(), 2u);
}

TEST(Resolver, KeepsAnswersForTheirTtl) {
  const NameServer names(60);
  BareResolver resolver({.name_servers = ask(names.port()).name_servers, .ttl_min = 0});
  ASSERT_TRUE(resolver.resolve("fleet.test.").ok());
  ASSERT_TRUE(resolver.resolve("fleet.test.").ok());
  EXPECT_EQ(resolver.lookups(), 1u);
}

TEST(Resolver, LocalhostNeedsNoNameServer) {
  const SilentSocket dead(SilentSocket::Kind::kUdp);
  LoopbackServer server(hello);
  ClientFixture client({}, ask(dead.port()));
  const std::string authority = "localhost:" + std::to_string(server.port());
  const auto answer = client.send({.url = "http://" + authority + "/", .timeout = base::kHour});
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->body, "hello " + authority);
}

TEST(Resolver, RefusesNamesThatNoNameServerKnows) {
  const ClosedPort closed(SOCK_DGRAM);
  ClientFixture client({}, ask(closed.port()));
  const auto answer = client.send({.url = "http://fleet.test./", .timeout = base::kHour});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, base::Code::kUnavailable);
  EXPECT_EQ(answer.error().message, "lookup fleet.test.: the name server does not answer");
}

}  // namespace
}  // namespace tocsin::testing
