#include "engine/app/demo/smtp_catcher.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

namespace tocsin::app::demo {
namespace {

constexpr int kIdleMsMax = 10'000;
constexpr size_t kLineBytesMax = 64 * 1024;

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

base::Error system_error(const std::string& what) {
  return {base::Code::kUnavailable, what + ": " + std::strerror(errno)};
}

void send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // The peer is gone; the next read says so.
    text.remove_prefix(static_cast<size_t>(sent));
  }
}

class Catcher final : public SmtpCatcher {
 public:
  Catcher(Descriptor listener, Descriptor stop_read, Descriptor stop_write, uint16_t port,
          std::function<void(Mail)> on_mail)
      : listener_(std::move(listener)),
        stop_read_(std::move(stop_read)),
        stop_write_(std::move(stop_write)),
        port_(port),
        on_mail_(std::move(on_mail)),
        thread_([this] { serve(); }) {}

  ~Catcher() override {
    send_stop();
    thread_.join();
  }
  uint16_t port() const override { return port_; }

 private:
  void send_stop() {
    const char byte = 0;
    [[maybe_unused]] const ssize_t written = ::write(stop_write_.get(), &byte, 1);
  }

  // Waits until `fd` can be read; false when told to stop or nothing came for too long.
  bool readable(int fd, int timeout_ms) {
    std::array<pollfd, 2> fds = {pollfd{fd, POLLIN, 0}, pollfd{stop_read_.get(), POLLIN, 0}};
    const int ready = ::poll(fds.data(), fds.size(), timeout_ms);
    return ready > 0 && fds[1].revents == 0;
  }

  void serve() {
    while (readable(listener_.get(), -1)) {
      const Descriptor connection(::accept(listener_.get(), nullptr, nullptr));
      if (connection.get() >= 0) converse(connection.get());
    }
  }

  void converse(int fd) {
    SmtpSession session(on_mail_);
    send_all(fd, SmtpSession::greeting());
    std::string pending;
    std::array<char, 4096> buffer;
    while (!session.done() && readable(fd, kIdleMsMax)) {
      const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) return;
      pending.append(buffer.data(), static_cast<size_t>(got));
      for (size_t end = pending.find("\r\n"); end != std::string::npos && !session.done();
           end = pending.find("\r\n")) {
        send_all(fd, session.line(std::string_view(pending).substr(0, end)));
        pending.erase(0, end + 2);
      }
      if (pending.size() > kLineBytesMax) return;
    }
  }

  Descriptor listener_;
  Descriptor stop_read_;
  Descriptor stop_write_;
  uint16_t port_;
  std::function<void(Mail)> on_mail_;
  std::thread thread_;
};

}  // namespace

base::Result<std::unique_ptr<SmtpCatcher>> SmtpCatcher::start(uint16_t port,
                                                              std::function<void(Mail)> on_mail) {
  Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (listener.get() < 0) return system_error("cannot make a socket");
  const int yes = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t length = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.get(), generic, length) != 0 || ::listen(listener.get(), 16) != 0 ||
      ::getsockname(listener.get(), generic, &length) != 0) {
    return system_error("cannot listen on 127.0.0.1:" + std::to_string(port));
  }
  std::array<int, 2> pipe_ends{};
  if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return system_error("cannot make a pipe");
  return std::unique_ptr<SmtpCatcher>(new Catcher(std::move(listener), Descriptor(pipe_ends[0]),
                                                  Descriptor(pipe_ends[1]), ntohs(address.sin_port),
                                                  std::move(on_mail)));
}

}  // namespace tocsin::app::demo
