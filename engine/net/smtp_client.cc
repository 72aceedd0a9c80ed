#include "engine/net/smtp_client.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <mutex>
#include <unordered_set>
#include <utility>

#include "engine/net/curl_error.h"
#include "engine/net/loop_core.h"
#include "engine/net/sigpipe.h"
#include "engine/net/tls_setup.h"
#include "engine/net/transfer.h"
#include "engine/net/url.h"

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;
using base::Status;
using Steady = std::chrono::steady_clock;

constexpr size_t kReplyBytesMax = 512;

/// Fit for an SMTP command: nothing that would end an address or the line.
bool is_plain_word(std::string_view text) {
  if (text.empty()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f && c != '<' && c != '>';
  });
}

Status check(const SmtpMessage& message) {
  if (message.host.empty()) return Error{Code::kInvalid, "no mail server given"};
  if (!is_plain_word(message.hello) || message.hello.find_first_of("/?#%") != std::string::npos) {
    return Error{Code::kInvalid, "invalid HELO name \"" + message.hello.substr(0, 64) + "\""};
  }
  if (!is_plain_word(message.from)) return Error{Code::kInvalid, "invalid sender address"};
  if (message.to.empty()) return Error{Code::kInvalid, "the mail has no recipient"};
  for (const std::string& to : message.to) {
    if (!is_plain_word(to)) return Error{Code::kInvalid, "invalid recipient address"};
  }
  return {};
}

/// One mail on one of the client's threads.
class Delivery {
 public:
  Delivery(const SmtpMessage& message, Steady::time_point deadline)
      : message_(message),
        address_(join_host_port(message.host, message.port)),
        deadline_(deadline) {}

  SmtpOutcome run(const Addresses& addresses);
  /// From another thread: makes every wait of run() end.
  void break_off();

 private:
  Status configure(CURL* easy, const Addresses& addresses);
  Status set_security(CURL* easy);
  void set_mail(CURL* easy);
  SmtpOutcome outcome(CURL* easy, CURLcode code) const;
  void note_reply(std::string_view line);

  static size_t read_data(char* buffer, size_t size, size_t count, void* self);
  static int on_trace(CURL* easy, curl_infotype type, char* data, size_t size, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int close_socket(void* self, curl_socket_t socket);

  const SmtpMessage& message_;
  const std::string address_;
  const Steady::time_point deadline_;
  size_t sent_ = 0;
  std::string refusal_;  // the last 4xx or 5xx line
  CurlList recipients_, resolve_, connect_to_;
  std::shared_ptr<const TlsMaterial> material_;
  std::array<char, CURL_ERROR_SIZE> detail_{};
  std::mutex mutex_;
  std::unordered_set<curl_socket_t> sockets_;  // by mutex_
  bool is_broken_off_ = false;                 // by mutex_
};

SmtpOutcome Delivery::run(const Addresses& addresses) {
  block_sigpipe();
  const std::unique_ptr<CURL, void (*)(CURL*)> easy(curl_easy_init(), curl_easy_cleanup);
  if (!easy) return {Error{Code::kInternal, "libcurl is out of memory"}, true, 0};
  if (Status status = configure(easy.get(), addresses); !status)
    return {std::move(status), false, 0};
  return outcome(easy.get(), curl_easy_perform(easy.get()));
}

Status Delivery::configure(CURL* easy, const Addresses& addresses) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Steady::now());
  if (left.count() <= 0) return Error{Code::kTimeout, address_ + ": context deadline exceeded"};
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail_.data());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Delivery::open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Delivery::close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);  // to on_trace alone
  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, &Delivery::on_trace);
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, this);
  if (!is_address(message_.host)) {
    forbid_lookups(easy);
    resolve_.add(resolve_line(message_.host, message_.port, addresses));
    curl_easy_setopt(easy, CURLOPT_RESOLVE, resolve_.get());
  }
  set_mail(easy);
  return set_security(easy);
}

Status Delivery::set_security(CURL* easy) {
  ASSIGN_OR_RETURN(TlsSetup tls, TlsSetup::make(message_.tls));
  ASSIGN_OR_RETURN(material_, tls.material());
  tls.apply(easy, *material_);
  long use_ssl = CURLUSESSL_NONE;
  if (message_.tls_mode == SmtpTls::kOpportunistic) use_ssl = CURLUSESSL_TRY;
  if (message_.tls_mode == SmtpTls::kRequired) use_ssl = CURLUSESSL_ALL;
  curl_easy_setopt(easy, CURLOPT_USE_SSL, use_ssl);

  // libcurl verifies the name in the URL; the connection goes to the real host.
  const bool has_name = !tls.server_name().empty();
  const std::string shown = has_name ? join_host_port(tls.server_name(), message_.port) : address_;
  if (has_name) {
    connect_to_.add("::" + address_);
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_.get());
  }
  const char* scheme = message_.tls_mode == SmtpTls::kImplicit ? "smtps://" : "smtp://";
  curl_easy_setopt(easy, CURLOPT_URL, (scheme + shown + "/" + message_.hello).c_str());

  const SmtpAuth& auth = message_.auth;
  if (auth.username.empty()) return {};
  curl_easy_setopt(easy, CURLOPT_USERNAME, auth.username.c_str());
  curl_easy_setopt(easy, CURLOPT_PASSWORD, auth.password.reveal().c_str());
  if (!auth.identity.empty()) curl_easy_setopt(easy, CURLOPT_SASL_AUTHZID, auth.identity.c_str());
  if (!auth.mechanism.empty()) {
    curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, ("AUTH=" + auth.mechanism).c_str());
  }
  return {};
}

void Delivery::set_mail(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, ("<" + message_.from + ">").c_str());
  for (const std::string& to : message_.to) recipients_.add("<" + to + ">");
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients_.get());
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, &Delivery::read_data);
  curl_easy_setopt(easy, CURLOPT_READDATA, this);
}

SmtpOutcome Delivery::outcome(CURL* easy, CURLcode code) const {
  SmtpOutcome out;
  long reply = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply);
  out.reply_code = static_cast<int>(reply);
  if (code == CURLE_OK) return out;
  const bool is_permanent = reply >= 500 && reply < 600;
  out.should_retry = !is_permanent;
  const std::string where = "smtp " + address_ + ": ";
  if (code == CURLE_USE_SSL_FAILED) {
    out.should_retry = true;
    out.status =
        Error{Code::kUnavailable, "'require_tls' is true (default) but \"" + message_.host +
                                      "\" does not advertise the STARTTLS extension"};
  } else if (!refusal_.empty()) {
    out.status = Error{is_permanent ? Code::kInvalid : Code::kUnavailable,
                       where + "the server refused the mail: " + refusal_};
  } else if (code == CURLE_LOGIN_DENIED) {
    out.status =
        Error{Code::kUnavailable, where + "no way to log in that the server and this client share"};
  } else {
    CurlFailure what{code, 0, address_, detail_.data()};
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &what.os_error);
    out.status = curl_error(what);
  }
  return out;
}

size_t Delivery::read_data(char* buffer, size_t size, size_t count, void* self) {
  auto& delivery = *static_cast<Delivery*>(self);
  const std::string& data = delivery.message_.data;
  const size_t bytes = std::min(size * count, data.size() - delivery.sent_);
  std::memcpy(buffer, data.data() + delivery.sent_, bytes);
  delivery.sent_ += bytes;
  return bytes;
}

void Delivery::note_reply(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.empty() || (line[0] != '4' && line[0] != '5')) return;
  refusal_ = line.substr(0, kReplyBytesMax);
  for (char& c : refusal_) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
}

int Delivery::on_trace(CURL*, curl_infotype type, char* data, size_t size, void* self) {
  auto& delivery = *static_cast<Delivery*>(self);
  const std::string_view text(data, size);
  if (type == CURLINFO_HEADER_IN) delivery.note_reply(text);
  // After QUIT libcurl waits up to two minutes for an answer that nobody needs.
  if (type == CURLINFO_HEADER_OUT && text.starts_with("QUIT")) {
    const std::lock_guard lock(delivery.mutex_);
    for (const curl_socket_t socket : delivery.sockets_) ::shutdown(socket, SHUT_RD);
  }
  return 0;
}

curl_socket_t Delivery::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& delivery = *static_cast<Delivery*>(self);
  const std::lock_guard lock(delivery.mutex_);
  if (delivery.is_broken_off_) return CURL_SOCKET_BAD;
  const curl_socket_t socket =
      ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (socket != CURL_SOCKET_BAD) delivery.sockets_.insert(socket);
  return socket;
}

int Delivery::close_socket(void* self, curl_socket_t socket) {
  auto& delivery = *static_cast<Delivery*>(self);
  const std::lock_guard lock(delivery.mutex_);
  delivery.sockets_.erase(socket);
  return ::close(socket);
}

void Delivery::break_off() {
  const std::lock_guard lock(mutex_);
  is_broken_off_ = true;
  for (const curl_socket_t socket : sockets_) ::shutdown(socket, SHUT_RDWR);
}

/// A mail from send() to its callback.
struct Job {
  SmtpMessage message;
  SmtpCallback done;
  Steady::time_point deadline;
};

SmtpOutcome cancelled() {
  return {Error{Code::kCancelled, "cancelled: the program is shutting down"}, false, 0};
}

}  // namespace

/// Shared with look-ups under way, which may outlive the client.
struct SmtpClient::State : std::enable_shared_from_this<SmtpClient::State> {
  State(EventLoop& l, base::Executor& t) : loop(l), threads(t) {}

  void start(const std::shared_ptr<Job>& job);
  void enqueue(const std::shared_ptr<Job>& job, Addresses addresses);
  SmtpOutcome deliver(const Job& job, const Addresses& addresses);

  EventLoop& loop;
  base::Executor& threads;  // alive while !is_closing
  std::mutex mutex;
  bool is_closing = false;                   // by mutex
  std::unordered_set<Delivery*> deliveries;  // by mutex
};

void SmtpClient::State::start(const std::shared_ptr<Job>& job) {
  if (Status status = check(job->message); !status) return job->done({std::move(status), false, 0});
  const auto self = shared_from_this();
  loop.impl().resolver.resolve(job->message.host, [self, job](base::Result<Addresses> found) {
    if (found) return self->enqueue(job, *std::move(found));
    const bool should_retry = found.error().code == Code::kUnavailable;
    job->done({std::move(found).error(), should_retry, 0});
  });
}

void SmtpClient::State::enqueue(const std::shared_ptr<Job>& job, Addresses addresses) {
  const std::lock_guard lock(mutex);
  if (is_closing) return loop.post([job] { job->done(cancelled()); });
  threads.submit([self = shared_from_this(), job, addresses = std::move(addresses)] {
    SmtpOutcome outcome = self->deliver(*job, addresses);
    self->loop.post([job, outcome = std::move(outcome)] { job->done(outcome); });
  });
}

SmtpOutcome SmtpClient::State::deliver(const Job& job, const Addresses& addresses) {
  Delivery delivery(job.message, job.deadline);
  {
    const std::lock_guard lock(mutex);
    if (is_closing) return cancelled();
    deliveries.insert(&delivery);
  }
  SmtpOutcome outcome = delivery.run(addresses);
  const std::lock_guard lock(mutex);
  deliveries.erase(&delivery);
  // A mail that went out all the same is reported as what it is.
  return is_closing && !outcome.status.ok() ? cancelled() : outcome;
}

SmtpClient::SmtpClient(EventLoop& loop)
    : loop_(loop), state_(std::make_shared<State>(loop, threads_)), threads_(kMailsAtOnce) {}

SmtpClient::~SmtpClient() {
  const std::lock_guard lock(state_->mutex);
  state_->is_closing = true;
  for (Delivery* delivery : state_->deliveries) delivery->break_off();
}

void SmtpClient::send(SmtpMessage message, SmtpCallback done) {
  auto job = std::make_shared<Job>();
  job->deadline = Steady::now() + std::chrono::milliseconds(message.timeout);
  job->message = std::move(message);
  job->done = std::move(done);
  loop_.post([state = state_, job = std::move(job)] { state->start(job); });
}

}  // namespace tocsin::net
