// Mail to a real server (python3-aiosmtpd), and to ones that misbehave.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <future>
#include <string>
#include <thread>

#include "tests/support/source_dir.h"
#include "tests/unit/net/net_fixture.h"
#include "tests/unit/net/tls_server.h"

namespace tocsin::testing {
namespace {

using base::Code;
using net::SmtpMessage;
using net::SmtpOutcome;
using net::SmtpTls;

constexpr const char* kPython = "/usr/bin/python3";

bool has_mail_server() {
  return std::system((std::string(kPython) + " -c 'import aiosmtpd' 2>/dev/null").c_str()) == 0;
}

/// tests/unit/net/mail_server.py as a child process.
class MailServer {
 public:
  explicit MailServer(bool offers_tls = false) {
    std::array<int, 2> in{}, out{};
    EXPECT_EQ(::pipe2(in.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
    const std::string script =
        std::string(tocsin::testing::source_dir()) + "/tests/unit/net/mail_server.py";
    const std::string cert = TlsServer::cert_file(), key = TlsServer::key_file();
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      ::dup2(::open("/dev/null", O_WRONLY), 2);  // it complains about the handshakes that fail
      if (offers_tls) ::execl(kPython, kPython, script.c_str(), cert.c_str(), key.c_str(), nullptr);
      ::execl(kPython, kPython, script.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    stop_ = in[1];
    output_ = ::fdopen(out[0], "r");
    port_ = static_cast<uint16_t>(std::atoi(next_line().c_str()));
    EXPECT_NE(port_, 0);
  }
  MailServer(const MailServer&) = delete;
  MailServer& operator=(const MailServer&) = delete;
  ~MailServer() {
    ::close(stop_);  // it ends when its input does
    ::waitpid(child_, nullptr, 0);
    std::fclose(output_);
  }
  uint16_t port() const { return port_; }

  /// The next line it prints: a mail.
  std::string next_line() {
    std::array<char, 4096> line{};
    return std::fgets(line.data(), line.size(), output_) == nullptr ? "" : line.data();
  }

 private:
  pid_t child_ = 0;
  int stop_ = -1;
  std::FILE* output_ = nullptr;
  uint16_t port_ = 0;
};

class Smtp : public ::testing::Test {
 protected:
  SmtpOutcome send(SmtpMessage message) {
    std::promise<SmtpOutcome> outcome;
    client_.send(std::move(message), [&](SmtpOutcome o) { outcome.set_value(std::move(o)); });
    return outcome.get_future().get();
  }
  static SmtpMessage mail(uint16_t port) {
    SmtpMessage message;
    message.host = "127.0.0.1";
    message.port = port;
    message.tls_mode = SmtpTls::kNone;
    message.hello = "tocsin.test";
    message.from = "from@example.org";
    message.to = {"a@example.org", "b@example.org"};
    message.data = "Subject: hi\r\n\r\n.leading dot\r\nend\r\n";
    return message;
  }

  base::SystemClock clock_;
  net::EventLoop loop_{clock_, "test"};
  net::SmtpClient client_{loop_};
};

/// Accepts one mail and never answers QUIT.
class MuteAtTheEnd {
 public:
  MuteAtTheEnd() : thread_([this] { serve(); }) {}
  MuteAtTheEnd(const MuteAtTheEnd&) = delete;
  MuteAtTheEnd& operator=(const MuteAtTheEnd&) = delete;
  ~MuteAtTheEnd() { thread_.join(); }
  uint16_t port() const { return listener_.port(); }
  const std::string& heard() const { return heard_; }  ///< After the destructor of the client.
  void wait_for_end() { has_ended_.get_future().wait(); }

 private:
  void serve() {
    const int peer = listener_.accept();
    const auto say = [peer](std::string_view text) {
      ::send(peer, text.data(), text.size(), MSG_NOSIGNAL);
    };
    say("220 ready\r\n");
    std::array<char, 4096> piece{};
    for (;;) {
      const ssize_t bytes = ::recv(peer, piece.data(), piece.size(), 0);
      if (bytes <= 0) break;
      const std::string_view text(piece.data(), static_cast<size_t>(bytes));
      heard_ += text;
      if (text.starts_with("DATA")) {
        say("354 go on\r\n");
      } else if (text.starts_with("EHLO") || text.starts_with("MAIL") || text.starts_with("RCPT") ||
                 heard_.ends_with("\r\n.\r\n")) {
        say("250 fine\r\n");
      }
    }
    ::close(peer);
    has_ended_.set_value();
  }

  SilentSocket listener_{SilentSocket::Kind::kTcp};
  std::string heard_;
  std::promise<void> has_ended_;
  std::thread thread_;
};

TEST_F(Smtp, AServerThatIgnoresQuitHoldsNothingUp) {
  MuteAtTheEnd server;
  SmtpMessage message = mail(server.port());
  message.timeout = base::kHour;  // QUIT must not wait for as long.
  const SmtpOutcome outcome = send(message);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.to_string();
  server.wait_for_end();
  EXPECT_TRUE(server.heard().ends_with("QUIT\r\n")) << server.heard();
}

/// Needs the mail server; skipped where Python or aiosmtpd is missing.
class SmtpToServer : public Smtp {
 protected:
  void SetUp() override {
    if (!has_mail_server()) GTEST_SKIP() << "python3-aiosmtpd is not installed";
  }
};

TEST_F(SmtpToServer, DeliversTheMessageAsItIs) {
  MailServer server;
  const SmtpOutcome outcome = send(mail(server.port()));
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.to_string();
  EXPECT_EQ(server.next_line(),
            "{\"from\": \"from@example.org\", \"to\": [\"a@example.org\", \"b@example.org\"], "
            "\"helo\": \"tocsin.test\", \"data\": \"Subject: hi\\r\\n\\r\\n.leading "
            "dot\\r\\nend\\r\\n\", "
            "\"tls\": false, \"login\": \"\"}\n");
}

TEST_F(SmtpToServer, LogsInWithTheMechanismAskedFor) {
  MailServer server;
  SmtpMessage message = mail(server.port());
  message.auth.username = "user";
  message.auth.password = config::Secret("pass");
  for (const char* mechanism : {"PLAIN", "LOGIN"}) {
    message.auth.mechanism = mechanism;
    const SmtpOutcome outcome = send(message);
    ASSERT_TRUE(outcome.status.ok()) << outcome.status.to_string();
    EXPECT_NE(server.next_line().find("\"login\": \"" + std::string(mechanism) + " user\""),
              std::string::npos);
  }
}

TEST_F(SmtpToServer, AWrongPasswordIsFinalAndNotShown) {
  MailServer server;
  SmtpMessage message = mail(server.port());
  message.auth.username = "user";
  message.auth.password = config::Secret("secret-wrong");
  const SmtpOutcome outcome = send(message);
  ASSERT_FALSE(outcome.status.ok());
  EXPECT_FALSE(outcome.should_retry);
  EXPECT_EQ(outcome.reply_code, 535);
  EXPECT_NE(outcome.status.error().message.find("535"), std::string::npos);
  EXPECT_EQ(outcome.status.error().message.find("secret"), std::string::npos);
}

TEST_F(SmtpToServer, PermanentRefusalsAreNotRetried) {
  MailServer server;
  SmtpMessage message = mail(server.port());
  message.to = {"nobody@example.org"};
  const SmtpOutcome outcome = send(message);
  ASSERT_FALSE(outcome.status.ok());
  EXPECT_FALSE(outcome.should_retry);
  EXPECT_EQ(outcome.reply_code, 550);
  EXPECT_EQ(outcome.status.error().message,
            "smtp 127.0.0.1:" + std::to_string(server.port()) +
                ": the server refused the mail: 550 5.1.1 no such user");
}

TEST_F(SmtpToServer, TemporaryRefusalsAreRetried) {
  MailServer server;
  SmtpMessage message = mail(server.port());
  message.to = {"later@example.org"};
  const SmtpOutcome outcome = send(message);
  EXPECT_FALSE(outcome.status.ok());
  EXPECT_TRUE(outcome.should_retry);
  EXPECT_EQ(outcome.reply_code, 451);
}

TEST_F(SmtpToServer, StartsTls) {
  MailServer server(true);
  SmtpMessage message = mail(server.port());
  message.tls_mode = SmtpTls::kRequired;
  message.tls.ca_file = TlsServer::ca_file();
  const SmtpOutcome outcome = send(message);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.to_string();
  EXPECT_NE(server.next_line().find("\"tls\": true"), std::string::npos);
}

TEST_F(SmtpToServer, DistrustsUnknownCertificates) {
  MailServer server(true);
  SmtpMessage message = mail(server.port());
  message.tls_mode = SmtpTls::kOpportunistic;
  const SmtpOutcome outcome = send(message);
  ASSERT_FALSE(outcome.status.ok());
  EXPECT_NE(outcome.status.error().message.find("failed to verify certificate"), std::string::npos);
}

TEST_F(SmtpToServer, RequiredTlsThatIsMissingStopsTheMail) {
  MailServer server;
  SmtpMessage message = mail(server.port());
  message.tls_mode = SmtpTls::kRequired;
  const SmtpOutcome outcome = send(message);
  ASSERT_FALSE(outcome.status.ok());
  EXPECT_TRUE(outcome.should_retry);
  EXPECT_EQ(outcome.status.error().message,
            "'require_tls' is true (default) but \"127.0.0.1\" does not advertise the STARTTLS "
            "extension");
}

TEST_F(Smtp, ASilentServerTimesOut) {
  const SilentSocket silent(SilentSocket::Kind::kTcp);
  SmtpMessage message = mail(silent.port());
  message.timeout = 50;
  const SmtpOutcome outcome = send(message);
  ASSERT_FALSE(outcome.status.ok());
  EXPECT_EQ(outcome.status.error().code, Code::kTimeout);
  EXPECT_TRUE(outcome.should_retry);
}

TEST_F(Smtp, NobodyListening) {
  const ClosedPort closed;
  const SmtpOutcome outcome = send(mail(closed.port()));
  ASSERT_FALSE(outcome.status.ok());
  EXPECT_TRUE(outcome.should_retry);
  EXPECT_EQ(outcome.status.error().message, "dial tcp 127.0.0.1:" + std::to_string(closed.port()) +
                                                ": connect: connection refused");
}

TEST_F(Smtp, AddressesCannotSmuggleCommands) {
  SmtpMessage message = mail(1);
  message.to = {"a@b>\r\nRCPT TO:<c@d"};
  const SmtpOutcome outcome = send(message);
  EXPECT_EQ(outcome.status.error().code, Code::kInvalid);
  EXPECT_FALSE(outcome.should_retry);
}

TEST(SmtpClient, DestructionBreaksOffWhatHangs) {
  const SilentSocket silent(SilentSocket::Kind::kTcp);
  base::SystemClock clock;
  net::EventLoop loop(clock, "test");
  std::promise<SmtpOutcome> outcome;
  {
    net::SmtpClient client(loop);
    SmtpMessage message;
    message.host = "127.0.0.1";
    message.port = silent.port();
    message.from = "a@b";
    message.to = {"c@d"};
    client.send(message, [&](SmtpOutcome o) { outcome.set_value(std::move(o)); });
    std::promise<void> is_queued;
    loop.post([&] { is_queued.set_value(); });
    is_queued.get_future().wait();
  }
  EXPECT_EQ(outcome.get_future().get().status.error().code, Code::kCancelled);
}

}  // namespace
}  // namespace tocsin::testing
