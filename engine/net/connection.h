// Plain TCP connections and those that wait for their next request.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/status.h"
#include "engine/net/reactor.h"

namespace tocsin::net {

/// A socket and whoever uses it at the moment. The reactor's thread only.
class Connection {
 public:
  class User {
   public:
    /// The socket is ready for what is wanted. May destroy the connection.
    virtual void on_ready(Connection& connection, bool readable, bool writable) = 0;

   protected:
    ~User() = default;
  };

  /// Whom a connection leads to: one of the addresses that a name has.
  struct Peer {
    std::string name;     ///< "host:port", as the user of the program knows it.
    std::string address;  ///< Numeric.
    uint16_t port = 0;
  };
  /// Starts to connect; `user` is told when it can write. The error is an errno.
  static base::Result<std::unique_ptr<Connection>, int> open(Reactor& reactor, Peer peer,
                                                             User& user);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Nobody else is told from now on.
  void serve(User& user) { user_ = &user; }
  /// Reading is what a connection waits for, idle ones too, lest they miss that the peer closes.
  void want_write(bool write);
  /// 0, or the errno with which connecting failed.
  int connect_error() const;
  int socket() const { return socket_; }
  const std::string& peer() const { return peer_; }  ///< "host:port".

 private:
  Connection(Reactor& reactor, int socket, std::string peer, User& user);

  Reactor& reactor_;
  const int socket_;
  const std::string peer_;
  User* user_;
};

/// Idle connections by "host:port". They are closed when the peer closes or sends unasked, and
/// soon after they were idle for the longest time allowed. The reactor's thread only.
class ConnectionPool final : public Connection::User {
 public:
  static constexpr std::chrono::seconds kIdleMax{300};
  static constexpr size_t kConnectionsMax = 16'384;

  explicit ConnectionPool(Reactor& reactor, std::chrono::milliseconds idle_max = kIdleMax)
      : reactor_(reactor), idle_max_(idle_max) {}
  /// Nothing when there is none.
  std::unique_ptr<Connection> take(const std::string& peer);
  void give(std::unique_ptr<Connection> connection);
  void close();

 private:
  struct Idle {
    std::unique_ptr<Connection> connection;
    std::chrono::steady_clock::time_point since;
  };
  void on_ready(Connection& connection, bool readable, bool writable) override;
  void sweep();
  void arm();

  Reactor& reactor_;
  const std::chrono::milliseconds idle_max_;
  std::unordered_map<std::string, std::vector<Idle>> idle_;
  size_t count_ = 0;
  Reactor::TimerId alarm_ = 0;
};

}  // namespace tocsin::net
