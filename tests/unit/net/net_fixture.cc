#include "tests/unit/net/net_fixture.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tocsin::testing {
namespace {

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

uint16_t bind_free_port(int socket) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  return ntohs(address.sin_port);
}

struct ScratchFolder {
  std::string path;
  ScratchFolder() {
    std::string name = std::filesystem::temp_directory_path() / "tocsin_net_XXXXXX";
    path = ::mkdtemp(name.data());
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

}  // namespace

LoopbackServer::LoopbackServer(net::ServerHandler handler, net::ServerLimits limits) {
  auto server =
      net::serve_http("127.0.0.1:0", std::move(handler), pool_, limits, base::Log::none());
  if (!server) throw std::runtime_error(server.error().message);
  server_ = *std::move(server);
}

std::string LoopbackServer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + std::string(path);
}

RawSocket::RawSocket(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience{kPatience.count(), 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  const sockaddr_in address = loopback(port);
  EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
}

RawSocket::~RawSocket() { ::close(socket_); }

void RawSocket::send(std::string_view bytes) const {
  ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::string RawSocket::read_to_end() const {
  std::string out;
  char piece[4096];
  for (;;) {
    const ssize_t bytes = ::recv(socket_, piece, sizeof(piece), 0);
    EXPECT_GE(bytes, 0) << "the peer neither answered nor closed; so far: " << out;
    if (bytes <= 0) return out;
    out.append(piece, static_cast<size_t>(bytes));
  }
}

std::string RawSocket::read_until(std::string_view text) const {
  std::string out;
  char byte = 0;
  while (out.find(text) == std::string::npos) {
    const ssize_t bytes = ::recv(socket_, &byte, 1, 0);
    EXPECT_EQ(bytes, 1) << "closed or silent; so far: " << out;
    if (bytes != 1) return out;
    out += byte;
  }
  return out;
}

SilentSocket::SilentSocket(Kind kind)
    : socket_(::socket(AF_INET, kind == Kind::kTcp ? SOCK_STREAM : SOCK_DGRAM, 0)) {
  port_ = bind_free_port(socket_);
  if (kind == Kind::kTcp) {
    EXPECT_EQ(::listen(socket_, 16), 0);
  }
}

SilentSocket::~SilentSocket() { ::close(socket_); }

int SilentSocket::accept() const { return ::accept(socket_, nullptr, nullptr); }

ClosedPort::ClosedPort(int type) : socket_(::socket(AF_INET, type, 0)) {
  port_ = bind_free_port(socket_);
  // A datagram socket takes what comes from its peer alone; others are refused.
  if (type != SOCK_DGRAM) return;
  const sockaddr_in itself = loopback(port_);
  EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&itself), sizeof(itself)), 0);
}

ClosedPort::~ClosedPort() { ::close(socket_); }

ClientFixture::ClientFixture(net::HttpClientConfig config, net::LoopOptions options)
    : loop_(clock_, "test", std::move(options)) {
  auto client = loop_.make_client(std::move(config));
  if (!client) throw std::runtime_error(client.error().message);
  client_ = *std::move(client);
}

std::future<base::Result<net::HttpResponse>> ClientFixture::start(net::HttpRequest request) {
  if (request.timeout == net::HttpRequest().timeout) request.timeout = base::kHour;
  auto promise = std::make_shared<std::promise<base::Result<net::HttpResponse>>>();
  auto future = promise->get_future();
  client_->send(std::move(request), [promise](base::Result<net::HttpResponse> answer) {
    promise->set_value(std::move(answer));
  });
  return future;
}

base::Result<net::HttpResponse> ClientFixture::send(net::HttpRequest request) {
  return start(std::move(request)).get();
}

std::string scratch_folder() {
  static const ScratchFolder root;
  std::string name = root.path + "/XXXXXX";
  return ::mkdtemp(name.data());
}

void write_file(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace tocsin::testing
