// Loopback servers and waiting, for the tests of net.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/executor.h"
#include "engine/net/event_loop.h"
#include "engine/net/http_server.h"
#include "engine/net/smtp_client.h"

namespace tocsin::testing {

/// Nothing takes this long unless something is wrong, on a busy machine and under a sanitizer, too.
constexpr std::chrono::seconds kPatience{120};

/// One of our servers on a free loopback port.
class LoopbackServer {
 public:
  explicit LoopbackServer(net::ServerHandler handler, net::ServerLimits limits = {});
  uint16_t port() const { return server_->port(); }
  std::string url(std::string_view path) const;
  net::HttpServer& server() { return *server_; }

 private:
  base::ThreadPool pool_{2};
  std::unique_ptr<net::HttpServer> server_;
};

/// A plain TCP socket: sends bytes as they are, reads until the peer closes.
class RawSocket {
 public:
  explicit RawSocket(uint16_t port);
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;
  ~RawSocket();
  void send(std::string_view bytes) const;
  /// Everything up to the peer's close; fails the test after kPatience.
  std::string read_to_end() const;
  /// Until `text` has arrived.
  std::string read_until(std::string_view text) const;

 private:
  int socket_;
};

/// A listening TCP (or bound UDP) socket that never answers.
class SilentSocket {
 public:
  enum class Kind : uint8_t { kTcp, kUdp };
  explicit SilentSocket(Kind kind);
  SilentSocket(const SilentSocket&) = delete;
  SilentSocket& operator=(const SilentSocket&) = delete;
  ~SilentSocket();
  uint16_t port() const { return port_; }
  /// For tests that break the silence: the next connection's descriptor.
  int accept() const;

 private:
  int socket_;
  uint16_t port_ = 0;
};

/// A loop and one client.
class ClientFixture {
 public:
  explicit ClientFixture(net::HttpClientConfig config = {}, net::LoopOptions options = {});
  /// A request that names no timeout has as much time as it needs; this goes for all three.
  base::Result<net::HttpResponse> send(net::HttpRequest request);
  base::Result<net::HttpResponse> get(const std::string& url) { return send({.url = url}); }
  std::future<base::Result<net::HttpResponse>> start(net::HttpRequest request);
  net::EventLoop& loop() { return loop_; }
  net::HttpClient& client() { return *client_; }

 private:
  base::SystemClock clock_;
  net::EventLoop loop_;
  std::unique_ptr<net::HttpClient> client_;
};

/// A port of the loopback that refuses, and that nobody else gets meanwhile.
class ClosedPort {
 public:
  /// SOCK_STREAM or SOCK_DGRAM.
  explicit ClosedPort(int type = SOCK_STREAM);
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  ~ClosedPort();
  uint16_t port() const { return port_; }

 private:
  int socket_;
  uint16_t port_ = 0;
};

/// A fresh folder, removed at the end of the program.
std::string scratch_folder();
void write_file(const std::string& path, std::string_view text);

}  // namespace tocsin::testing
