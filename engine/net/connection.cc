#include "engine/net/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace tocsin::net {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kSweepsPerIdleMax = 5;

union AnyAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

/// False: not a numeric address.
bool make_address(const std::string& text, uint16_t port, AnyAddress& out, socklen_t& size) {
  out = {};
  if (inet_pton(AF_INET, text.c_str(), &out.v4.sin_addr) == 1) {
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(port);
    size = sizeof(out.v4);
    return true;
  }
  if (inet_pton(AF_INET6, text.c_str(), &out.v6.sin6_addr) != 1) return false;
  out.v6.sin6_family = AF_INET6;
  out.v6.sin6_port = htons(port);
  size = sizeof(out.v6);
  return true;
}

}  // namespace

base::Result<std::unique_ptr<Connection>, int> Connection::open(Reactor& reactor, Peer peer,
                                                                User& user) {
  AnyAddress to;
  socklen_t size = 0;
  if (!make_address(peer.address, peer.port, to, size)) return EAFNOSUPPORT;
  const int socket =
      ::socket(to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (socket < 0) return errno;
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  if (::connect(socket, &to.any, size) != 0 && errno != EINPROGRESS) {
    const int error = errno;
    ::close(socket);
    return error;
  }
  return std::unique_ptr<Connection>(new Connection(reactor, socket, std::move(peer.name), user));
}

Connection::Connection(Reactor& reactor, int socket, std::string peer, User& user)
    : reactor_(reactor), socket_(socket), peer_(std::move(peer)), user_(&user) {
  want_write(true);
}

Connection::~Connection() {
  reactor_.unwatch(socket_);
  ::close(socket_);
}

void Connection::want_write(bool write) {
  reactor_.watch(socket_, true, write, [this](bool readable, bool writable) {
    user_->on_ready(*this, readable, writable);
  });
}

int Connection::connect_error() const {
  int error = 0;
  socklen_t size = sizeof(error);
  return ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

std::unique_ptr<Connection> ConnectionPool::take(const std::string& peer) {
  const auto found = idle_.find(peer);
  if (found == idle_.end() || found->second.empty()) return nullptr;
  auto connection = std::move(found->second.back().connection);
  found->second.pop_back();
  --count_;
  return connection;
}

void ConnectionPool::give(std::unique_ptr<Connection> connection) {
  if (count_ == kConnectionsMax) return;
  connection->serve(*this);
  auto& idle = idle_[connection->peer()];
  idle.push_back({std::move(connection), Steady::now()});
  ++count_;
  if (alarm_ == 0) arm();
}

void ConnectionPool::close() {
  reactor_.cancel(std::exchange(alarm_, 0));
  idle_.clear();
  count_ = 0;
}

/// Closed by the peer, or it sent what nobody asked for.
void ConnectionPool::on_ready(Connection& connection, bool, bool) {
  std::vector<Idle>& idle = idle_[connection.peer()];
  const size_t before = idle.size();
  std::erase_if(idle, [&](const Idle& one) { return one.connection.get() == &connection; });
  count_ -= before - idle.size();
}

/// Those used longest ago stand first.
void ConnectionPool::sweep() {
  const Steady::time_point oldest = Steady::now() - idle_max_;
  for (auto entry = idle_.begin(); entry != idle_.end();) {
    auto& idle = entry->second;
    const auto fresh =
        std::find_if(idle.begin(), idle.end(), [&](const Idle& one) { return one.since > oldest; });
    count_ -= static_cast<size_t>(fresh - idle.begin());
    idle.erase(idle.begin(), fresh);
    entry = idle.empty() ? idle_.erase(entry) : std::next(entry);
  }
}

void ConnectionPool::arm() {
  alarm_ = reactor_.after(idle_max_ / kSweepsPerIdleMax, [this] {
    alarm_ = 0;
    sweep();
    if (count_ > 0) arm();
  });
}

}  // namespace tocsin::net
