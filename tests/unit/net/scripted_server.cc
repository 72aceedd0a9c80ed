#include "tests/unit/net/scripted_server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace tocsin::testing {

std::string ScriptedPeer::read_request() const {
  std::string out;
  char byte = 0;
  while (!out.ends_with("\r\n\r\n")) {
    if (::recv(socket_, &byte, 1, 0) != 1) return {};
    out += byte;
  }
  return out;
}

void ScriptedPeer::say(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;  // the client has had enough
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

bool ScriptedPeer::is_closed(timeval patience) const {
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  char byte = 0;
  return ::recv(socket_, &byte, 1, 0) == 0;
}

void ScriptedPeer::reset_on_close() const {
  const linger at_once{1, 0};
  EXPECT_EQ(::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
}

ScriptedServer::ScriptedServer(Script script)
    : script_(std::move(script)), thread_([this] { serve(); }) {}

ScriptedServer::~ScriptedServer() {
  is_ending_ = true;
  { const RawSocket waker(listener_.port()); }
  thread_.join();
}

std::string ScriptedServer::address() const {
  return "127.0.0.1:" + std::to_string(listener_.port());
}

std::string ScriptedServer::url(std::string_view path) const {
  return "http://" + address() + std::string(path);
}

void ScriptedServer::serve() {
  for (;;) {
    const int socket = listener_.accept();
    if (!is_ending_) script_(ScriptedPeer(socket), connections_++);
    ::close(socket);
    if (is_ending_) return;
  }
}

}  // namespace tocsin::testing
