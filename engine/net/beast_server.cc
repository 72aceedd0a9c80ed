// The HTTP server. Heads are read and judged by http_head.h; Beast parses the bodies.
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/net/body_room.h"
#include "engine/net/compression.h"
#include "engine/net/http_head.h"
#include "engine/net/http_server.h"
#include "engine/net/listen_socket.h"
#include "engine/net/reply.h"
#include "engine/net/server_counters.h"
#include "engine/net/url.h"

namespace tocsin::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using base::Code;
using base::DurationMs;
using base::Error;
using base::Result;
using base::Status;
using boost::system::error_code;
using SteadyClock = asio::steady_timer::clock_type;
using std::chrono::milliseconds;

constexpr size_t kReadBytes = 4096;
constexpr DurationMs kLingerTime = base::kSecond;
constexpr size_t kLingerBytesMax = 256u << 10;
constexpr DurationMs kAcceptRetry = 100;
/// How often deadlines are looked at, and whether clients whose requests are being handled are
/// still there. A timer for each would cost several system calls per request.
constexpr DurationMs kTickMax = 250;

class Session;

/// What the listener and its connections share. All but `mutex`'s part and the counters belongs to
/// the io thread. Handlers that outlive stop() keep it alive.
struct Core {
  Core(ServerHandler h, base::Executor& e, ServerLimits l, base::Log log_)
      : handler(std::move(h)),
        executor(e),
        limits(l),
        log(std::move(log_)),
        body_room(l.body_bytes_max) {}

  void start_ticking();
  void end_if_done() {
    if (!is_stopping || !sessions.empty()) return;
    grace.cancel();
    ticker.cancel();
  }

  /// Back to the io thread, unless that has ended.
  void post(std::function<void()> task) {
    const std::lock_guard lock(mutex);
    if (!has_ended) asio::post(io, std::move(task));
  }

  asio::io_context io{1};
  const ServerHandler handler;
  base::Executor& executor;
  const ServerLimits limits;
  const base::Log log;
  const base::SystemClock clock;  // for the Date header alone
  std::unordered_set<std::shared_ptr<Session>> sessions;
  BodyRoom body_room;
  bool is_stopping = false;
  bool is_ticking = false;
  asio::steady_timer ticker{io};
  asio::steady_timer grace{io};  // keeps the io thread alive while handlers finish
  std::mutex mutex;
  bool has_ended = false;  // by mutex
  ServerCounters counters;
};

/// One connection: requests one after the other, each read whole, handled, answered.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Core> core, tcp::socket socket)
      : core_(std::move(core)),
        socket_(std::move(socket)),
        buffer_(core_->limits.head_bytes_max + kReadBytes) {}

  void start() {
    error_code error;
    socket_.set_option(tcp::no_delay(true), error);
    const tcp::endpoint peer = socket_.remote_endpoint(error);
    if (error) return close();
    remote_ = join_host_port(peer.address().to_string(), peer.port());
    phase_ = Phase::kIdle;
    arm(core_->limits.head_timeout);
    read_head();
  }

  /// Answers 503 without reading anything.
  void turn_away() { refuse(503, "too many connections"); }

  /// For stop(): ends a connection whose request has not begun or has no whole head yet; others end
  /// after their answer.
  void close_if_idle() {
    if (phase_ == Phase::kIdle || phase_ == Phase::kHead) close();
  }

  /// Waits for a request of which nothing has come yet.
  bool is_idle() const { return phase_ == Phase::kIdle && buffer_.size() == 0; }
  SteadyClock::time_point idle_until() const { return deadline_; }

  void on_tick(SteadyClock::time_point now) {
    if (phase_ == Phase::kHandler) return check_client();
    if (now >= deadline_) on_time_out();
  }

  void close() {
    const Phase last = std::exchange(phase_, Phase::kClosed);
    if (last == Phase::kClosed) return;
    if (last == Phase::kHandler) request_->cancelled->store(true, std::memory_order_relaxed);
    error_code ignored;  // the connection may be gone already
    release_body();
    drop_stream();
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
    core_->sessions.erase(shared_from_this());
    core_->counters.connections_open.store(core_->sessions.size(), std::memory_order_relaxed);
    core_->end_if_done();
  }

 private:
  /// kPieces: what follows of an answer is being made.
  enum class Phase : uint8_t { kIdle, kHead, kBody, kHandler, kWrite, kPieces, kLinger, kClosed };

  /// On the executor: millions of series take a while to go.
  void drop_stream() {
    if (stream_ == nullptr) return;
    core_->executor.submit([stream = std::exchange(stream_, nullptr)] {});
  }

  void arm(DurationMs time) { deadline_ = SteadyClock::now() + milliseconds(time); }

  void on_time_out() {
    switch (phase_) {
      case Phase::kHead:
      case Phase::kBody:
        if (has_timed_out_) return;
        has_timed_out_ = true;
        socket_.cancel();  // the read under way ends and answers
        return;
      case Phase::kIdle:
      case Phase::kWrite:
      case Phase::kLinger:
        return close();
      case Phase::kHandler:
      case Phase::kPieces:
      case Phase::kClosed:
        return;
    }
  }

  /// Half-closed counts as gone, as with Go's server.
  void check_client() {
    char next = 0;
    const ssize_t got = ::recv(socket_.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
    const bool is_there =
        got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
    if (!is_there) request_->cancelled->store(true, std::memory_order_relaxed);
  }

  std::string_view buffered() const {
    const auto data = buffer_.cdata();
    return {static_cast<const char*>(data.data()), data.size()};
  }

  /// Goes on with what is buffered, and reads more until there is a whole head.
  void read_head() {
    if (phase_ == Phase::kIdle && buffer_.size() > 0) {
      phase_ = Phase::kHead;
      arm(core_->limits.head_timeout);
    }
    const size_t end = find_head_end(buffered(), head_line_);
    const size_t known = end == std::string_view::npos ? buffer_.size() : end;
    if (known > core_->limits.head_bytes_max) return refuse(431, "the request head is too large");
    if (end != std::string_view::npos) return on_head(end);
    socket_.async_read_some(buffer_.prepare(head_room()),
                            [self = shared_from_this()](error_code error, size_t bytes) {
                              self->on_read(error, bytes);
                            });
  }

  /// What is left of the buffer, or as much again when that is little: a head that comes byte by
  /// byte must not be copied for each.
  size_t head_room() const {
    const size_t left = buffer_.capacity() - buffer_.size();
    if (left >= kReadBytes / 4) return std::min(left, kReadBytes);
    return std::min(std::max(kReadBytes, buffer_.size()), buffer_.max_size() - buffer_.size());
  }

  void on_read(error_code error, size_t bytes) {
    if (phase_ == Phase::kClosed) return;
    if (has_timed_out_) return refuse(408, "the request head took too long");
    if (error) return close();
    buffer_.commit(bytes);
    read_head();
  }

  void on_head(size_t end) {
    head_line_ = 0;
    auto head = check_head(buffered().substr(0, end));
    if (!head) return refuse(head.error().status, head.error().message);
    keep_alive_ = head->keep_alive;
    is_head_request_ = head->method == "HEAD";
    is_1_1_ = head->is_1_1;
    request_.emplace();
    request_->method = std::move(head->method);
    request_->path = std::move(head->path);
    request_->query = std::move(head->query);
    request_->headers = std::move(head->headers);
    request_->remote = remote_;
    request_->cancelled = std::make_shared<std::atomic<bool>>(false);
    if (head->content_length.value_or(0) > core_->limits.body_bytes_max) {
      return refuse(413, "the request body is too large");
    }
    if (!head->has_body()) {
      buffer_.consume(end);
      return handle();
    }
    if (!reserve_body(*head)) return refuse(503, "too many large requests at once");
    phase_ = Phase::kBody;
    arm(core_->limits.body_timeout);
    const bool waits_for_us = head->expects_continue && buffer_.size() == end;
    if (!waits_for_us) return read_body();
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(socket_, asio::buffer(kContinue),
                      [self = shared_from_this()](error_code error, size_t) {
                        if (error || self->phase_ != Phase::kBody) return self->close();
                        self->read_body();
                      });
  }

  /// Counts a large body from its announcement to the answer. False: there is no room now.
  bool reserve_body(const RequestHead& head) {
    const uint64_t bytes = head.content_length.value_or(core_->limits.body_bytes_max);
    return core_->body_room.take(bytes, reserved_);
  }
  void release_body() { core_->body_room.give_back(reserved_); }

  /// Beast reads the head again, which is known to be sound, then the body.
  void read_body() {
    parser_.emplace();
    parser_->header_limit(core_->limits.head_bytes_max + 1);
    parser_->body_limit(core_->limits.body_bytes_max);
    http::async_read(
        socket_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, size_t) { self->on_body(error); });
  }

  void on_body(error_code error) {
    if (phase_ == Phase::kClosed) return;
    if (has_timed_out_) return refuse(408, "the request body took too long");
    if (error == http::error::body_limit) return refuse(413, "the request body is too large");
    const bool is_malformed =
        error.category() == make_error_code(http::error::bad_chunk).category();
    if (is_malformed && error != http::error::partial_message &&
        error != http::error::end_of_stream) {
      return refuse(400, "malformed request body");
    }
    if (error) return close();
    request_->body = std::move(parser_->get().body());
    parser_.reset();
    handle();
  }

  void handle() {
    phase_ = Phase::kHandler;
    core_->executor.submit([self = shared_from_this()] {
      Answer answer = self->answer();
      self->core_->post(
          [self, answer = std::move(answer)]() mutable { self->on_answer(std::move(answer)); });
    });
  }

  struct Answer {
    ServerResponse response;
    BodyFraming framing = BodyFraming::kLength;
    std::shared_ptr<ReplyStream> stream = nullptr;  // with its first piece
    bool is_refusal = false;                        // the handler was not asked
  };

  /// On the executor, with all that takes time.
  Answer answer() {
    ServerRequest& request = *request_;
    const std::string coding(request.header("content-encoding"));
    if (is_known_coding(coding) && !request.body.empty()) {
      auto plain = decompress(coding, request.body, core_->limits.body_bytes_max);
      if (!plain) {
        const int status = plain.error().code == Code::kLimit ? 413 : 400;
        return {.response = plain_reply(status, plain.error().message), .is_refusal = true};
      }
      request.body = *std::move(plain);
    }
    ServerCounters::count(core_->counters.requests);
    Answer out{.response = core_->handler(request)};
    if (!is_head_request_) complete_for_gzip(request, out.response);
    if (out.response.rest == nullptr || has_no_body(out.response.status)) {
      compress_reply(request, out.response);
      return out;
    }
    out.framing = is_1_1_ ? BodyFraming::kChunked : BodyFraming::kUntilClose;
    out.stream = begin_stream(request, out.framing, out.response);
    is_head_request_ ? out.stream.reset() : out.stream->advance();
    return out;
  }

  void on_answer(Answer answer) {
    if (phase_ != Phase::kHandler) return;  // stop() could not wait for it
    if (answer.is_refusal) {
      ServerCounters::count(core_->counters.requests_refused);
      keep_alive_ = false;
    }
    write(std::move(answer));
  }

  void refuse(int status, std::string message) {
    ServerCounters::count(core_->counters.requests_refused);
    keep_alive_ = false;
    has_unread_ = true;
    write({.response = plain_reply(status, std::move(message))});
  }

  void write(Answer answer) {
    parser_.reset();
    request_.reset();
    release_body();
    keep_alive_ = keep_alive_ && !core_->is_stopping;
    ServerResponse& response = answer.response;
    reply_head_ = reply_head(response, answer.framing, keep_alive_, core_->clock.now());
    const bool has_body = !is_head_request_ && !has_no_body(response.status);
    patience_ = milliseconds(core_->limits.write_timeout);
    if (has_body) {
      stream_ = std::move(answer.stream);
      reply_body_ = std::move(response.body);
    }
    send(reply_head_, stream_ != nullptr ? stream_->piece() : std::string_view(reply_body_));
  }

  void send(std::string_view head, std::string_view body) {
    phase_ = Phase::kWrite;
    deadline_ = SteadyClock::now() + patience_;
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
    asio::async_write(socket_, parts, [self = shared_from_this()](error_code error, size_t) {
      self->on_written(error);
    });
  }

  /// On the executor, as answers are. Threads change only when the client is slower than we are.
  void make_pieces() {
    phase_ = Phase::kPieces;
    stream_->attach(socket_.native_handle());
    core_->executor.submit([self = shared_from_this(), stream = stream_] {
      const std::string_view left = stream->push();
      self->core_->post([self, left] {
        if (self->phase_ == Phase::kPieces) self->send({}, left);
      });
    });
  }

  /// What is left of the client's time, and what it gets for the pieces that it has read.
  void gain_patience(size_t bytes) {
    const std::chrono::microseconds gain(bytes * 1'000'000 / core_->limits.read_rate_min);
    patience_ = std::min<SteadyClock::duration>(deadline_ - SteadyClock::now() + gain,
                                                milliseconds(core_->limits.write_timeout));
  }

  void on_written(error_code error) {
    if (phase_ == Phase::kClosed) return;
    if (error) return close();
    if (stream_ != nullptr && !stream_->has_ended()) {
      gain_patience(stream_->take_made());
      return patience_ > SteadyClock::duration::zero() ? make_pieces() : close();
    }
    drop_stream();
    reply_body_ = {};
    if (!keep_alive_) return has_unread_ || buffer_.size() > 0 ? linger() : close();
    is_head_request_ = false;
    phase_ = Phase::kIdle;
    if (core_->is_stopping) return close();
    if (buffer_.size() == 0) arm(core_->limits.idle_timeout);
    read_head();
  }

  /// Closing while bytes of the client are unread would make the kernel reset the connection, and
  /// the client might never see the answer. So: no more from us, and a little patience.
  void linger() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    phase_ = Phase::kLinger;
    arm(kLingerTime);
    discard(kLingerBytesMax);
  }

  void discard(size_t budget) {
    buffer_.clear();
    socket_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = shared_from_this(), budget](error_code error, size_t bytes) {
                              if (self->phase_ == Phase::kClosed) return;
                              if (error || bytes >= budget) return self->close();
                              self->discard(budget - bytes);
                            });
  }

  const std::shared_ptr<Core> core_;
  tcp::socket socket_;
  SteadyClock::time_point deadline_;  // of the phase
  SteadyClock::duration patience_{};  // with the client that reads an answer
  Phase phase_ = Phase::kIdle;
  std::string remote_;
  boost::beast::flat_buffer buffer_;  // bounded: Beast collects chunk extensions and trailers here
  size_t head_line_ = 0;              // see find_head_end
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<ServerRequest> request_;
  uint64_t reserved_ = 0;  // of Core::body_room
  bool keep_alive_ = false;
  bool is_head_request_ = false;
  bool is_1_1_ = true;
  bool has_timed_out_ = false;
  bool has_unread_ = false;  // the client may still be sending
  std::string reply_head_, reply_body_;
  std::shared_ptr<ReplyStream> stream_;  // in Phase::kPieces the executor's
};

/// While there are connections.
void Core::start_ticking() {
  if (is_ticking) return;
  is_ticking = true;
  const DurationMs least =
      std::min({limits.head_timeout, limits.body_timeout, limits.idle_timeout});
  ticker.expires_after(milliseconds(std::clamp<DurationMs>(least / 4, 10, kTickMax)));
  ticker.async_wait([this](error_code cancelled) {
    is_ticking = false;
    if (cancelled || sessions.empty()) return;
    const auto now = SteadyClock::now();
    const std::vector<std::shared_ptr<Session>> all(sessions.begin(), sessions.end());
    for (const auto& session : all) session->on_tick(now);
    if (!sessions.empty()) start_ticking();
  });
}

class BeastServer final : public HttpServer {
 public:
  explicit BeastServer(std::shared_ptr<Core> core)
      : core_(std::move(core)), acceptor_(core_->io), retry_(core_->io) {}
  ~BeastServer() override { stop(0); }

  Status listen(const ListenAddress& address);
  void start() {
    accept();
    thread_ = std::thread([this] { core_->io.run(); });
  }
  uint16_t port() const override { return port_; }
  void stop(DurationMs grace) override;
  ServerStats stats() const override { return core_->counters.read(); }

 private:
  void accept();
  void on_accept(error_code error, tcp::socket socket);
  bool make_room();
  void begin_stop(DurationMs grace);

  std::shared_ptr<Core> core_;
  tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  uint16_t port_ = 0;
  std::thread thread_;
};

Status BeastServer::listen(const ListenAddress& address) {
  ASSIGN_OR_RETURN(const ListenSocket socket, listen_on(address));
  port_ = socket.port;
  error_code error;
  acceptor_.assign(socket.is_v6 ? tcp::v6() : tcp::v4(), socket.descriptor, error);
  if (error) return Error{Code::kUnavailable, "listen: " + error.message()};
  return {};
}

void BeastServer::accept() {
  acceptor_.async_accept(
      [this](error_code error, tcp::socket socket) { on_accept(error, std::move(socket)); });
}

void BeastServer::on_accept(error_code error, tcp::socket socket) {
  if (core_->is_stopping) return;
  if (error) {
    // Out of descriptors, mostly. They come back as connections close.
    core_->log.warn("Cannot accept a connection", {{"err", error.message()}});
    retry_.expires_after(milliseconds(kAcceptRetry));
    retry_.async_wait([this](error_code cancelled) {
      if (!cancelled) accept();
    });
    return;
  }
  ServerCounters::count(core_->counters.connections);
  const bool is_full = core_->sessions.size() >= core_->limits.connections_max && !make_room();
  const bool is_flooded = core_->sessions.size() >= 2 * size_t{core_->limits.connections_max};
  if (is_full) ServerCounters::count(core_->counters.connections_refused);
  if (!is_flooded) {  // beyond, not even the refusal is worth a descriptor
    auto session = std::make_shared<Session>(core_, std::move(socket));
    core_->sessions.insert(session);
    core_->counters.connections_open.store(core_->sessions.size(), std::memory_order_relaxed);
    core_->start_ticking();
    is_full ? session->turn_away() : session->start();
  }
  accept();
}

/// Closes the idle connection whose time is up first. One that never sent anything has less time
/// than one that is kept alive, so connections opened to block others go first.
bool BeastServer::make_room() {
  std::shared_ptr<Session> oldest;
  for (const auto& session : core_->sessions) {
    if (!session->is_idle()) continue;
    if (!oldest || session->idle_until() < oldest->idle_until()) oldest = session;
  }
  if (!oldest) return false;
  ServerCounters::count(core_->counters.connections_evicted);
  oldest->close();
  return true;
}

void BeastServer::stop(DurationMs grace) {
  if (!thread_.joinable()) return;
  core_->post([this, grace] { begin_stop(grace); });
  thread_.join();
  {
    const std::lock_guard lock(core_->mutex);
    core_->has_ended = true;
  }
  // What came after the thread's end, and keeps what it is about.
  core_->io.restart();
  core_->io.poll();
}

void BeastServer::begin_stop(DurationMs grace) {
  core_->is_stopping = true;
  error_code ignored;
  acceptor_.close(ignored);
  retry_.cancel();
  const auto sessions = core_->sessions;
  for (const auto& session : sessions) session->close_if_idle();
  if (core_->sessions.empty()) return core_->end_if_done();
  core_->grace.expires_after(milliseconds(grace));
  core_->grace.async_wait([this](error_code cancelled) {
    if (cancelled) return;
    const auto late = core_->sessions;
    for (const auto& session : late) session->close();
  });
}

}  // namespace

Result<std::unique_ptr<HttpServer>> serve_http(std::string_view address, ServerHandler handler,
                                               base::Executor& executor, ServerLimits limits,
                                               base::Log log) {
  ASSIGN_OR_RETURN(const ListenAddress where, parse_listen_address(address));
  auto core = std::make_shared<Core>(std::move(handler), executor, limits, std::move(log));
  auto server = std::make_unique<BeastServer>(std::move(core));
  RETURN_IF_ERROR(server->listen(where));
  server->start();
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace tocsin::net
