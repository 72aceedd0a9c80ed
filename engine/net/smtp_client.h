// Outbound e-mail: one message, one connection.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/executor.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/config/secret.h"
#include "engine/net/event_loop.h"

namespace tocsin::net {

/// How a connection to a mail server is protected.
enum class SmtpTls : uint8_t {
  kNone,           ///< Never, even when offered.
  kOpportunistic,  ///< STARTTLS when offered.
  kRequired,       ///< STARTTLS, or no mail.
  kImplicit,       ///< TLS from the first byte (port 465).
};

/// Used only when the server offers AUTH. An empty username: no authentication.
struct SmtpAuth {
  std::string username;
  config::Secret password;
  std::string identity;   ///< Acts for another user (PLAIN); usually empty.
  std::string mechanism;  ///< "PLAIN", "LOGIN", "CRAM-MD5", "NTLM"; empty: the best that both know.
};

/// A complete message and where it goes.
struct SmtpMessage {
  std::string host;
  uint16_t port = 25;
  SmtpTls tls_mode = SmtpTls::kRequired;
  TlsConfig tls;
  std::string hello = "localhost";
  SmtpAuth auth;
  std::string from;             ///< Bare addresses: "a@example.org".
  std::vector<std::string> to;  ///< One RCPT each; one refused, the mail is not sent.
  std::string data;             ///< RFC 5322 text with CRLF line ends; dots need no care.
  base::DurationMs timeout = 30 * base::kSecond;
};

struct SmtpOutcome {
  base::Status status;
  bool should_retry = false;  ///< Of a failure: not after a 5xx reply or an invalid message.
  int reply_code = 0;         ///< The server's last; 0 when it never spoke.
};

using SmtpCallback = std::function<void(SmtpOutcome)>;

/// Sends mail with libcurl on a few threads of its own, because libcurl's SMTP waits for some
/// replies without giving its thread back; a server that hangs holds up one of kMailsAtOnce, until
/// its message's time-out. The destructor breaks off what is under way (kCancelled).
class SmtpClient {
 public:
  static constexpr size_t kMailsAtOnce = 8;

  /// `loop` looks names up, runs the callbacks, and outlives the client.
  explicit SmtpClient(EventLoop& loop);
  ~SmtpClient();
  /// `done` runs exactly once, on the loop. Thread-safe.
  void send(SmtpMessage message, SmtpCallback done);

 private:
  struct State;
  EventLoop& loop_;
  std::shared_ptr<State> state_;
  base::ThreadPool threads_;  // destroyed first: joins
};

}  // namespace tocsin::net
