#include "engine/net/direct_exchange.h"

#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "engine/net/answer_reader.h"
#include "engine/net/connection.h"
#include "engine/net/curl_exchange.h"
#include "engine/net/loop_core.h"
#include "engine/net/wire_error.h"

namespace tocsin::net {
namespace {

using base::Error;
using Steady = std::chrono::steady_clock;

/// Receives in a row before others have their turn.
constexpr int kReceivesMax = 16;

/// One request: on an idle connection if there is one, else, and when that turns out to be closed,
/// on a fresh one.
class DirectExchange final : public Operation, private Connection::User {
 public:
  DirectExchange(EventLoop::Impl& loop, std::shared_ptr<HttpJob> job, GetRequest request)
      : Operation(loop, job->deadline),
        job_(std::move(job)),
        request_(std::move(request)),
        peer_(join_host_port(request_.host, request_.port)) {}

 protected:
  void begin() override;
  void on_addresses(const Addresses& addresses) override;
  void report(Error error) override { job_->done(std::move(error)); }
  Error timeout_error() const override { return deadline_error(peer_); }
  void release() override;

 private:
  void on_ready(Connection& connection, bool readable, bool writable) override;
  void connect_next();
  void on_connected();
  void send_rest();
  void receive();
  void broken(WireFault fault, int os_error);
  bool may_try_again() const { return is_reused_ && !reader_->has_begun(); }
  void try_again();
  void advance(AnswerReader::State state);
  void complete();
  void start_reader() { reader_.emplace(loop().workspace, peer_, job_->request.body_bytes_max); }

  const std::shared_ptr<HttpJob> job_;
  const GetRequest request_;
  const std::string peer_;
  Addresses addresses_;
  size_t next_address_ = 0;
  int connect_error_ = 0;
  Reactor::TimerId patience_ = 0;  // with this address, when there are others
  std::unique_ptr<Connection> connection_;
  bool is_connected_ = false;
  bool is_reused_ = false;
  size_t sent_ = 0;
  std::optional<AnswerReader> reader_;
};

void DirectExchange::begin() {
  start_reader();
  connection_ = loop().connection_pool.take(peer_);
  if (!connection_) return look_up(request_.host);
  connection_->serve(*this);
  is_reused_ = is_connected_ = true;
  loop().requests.fetch_add(1, std::memory_order_relaxed);
  send_rest();
}

void DirectExchange::release() {
  loop().reactor.cancel(std::exchange(patience_, 0));
  connection_.reset();
}

void DirectExchange::on_addresses(const Addresses& addresses) {
  addresses_ = addresses;
  next_address_ = 0;
  connect_next();
}

/// The addresses share the time that is left, as in Go.
void DirectExchange::connect_next() {
  loop().reactor.cancel(std::exchange(patience_, 0));
  connection_.reset();
  while (next_address_ < addresses_.size()) {
    const size_t left = addresses_.size() - next_address_;
    auto opened = Connection::open(loop().reactor,
                                   {peer_, addresses_[next_address_++], request_.port}, *this);
    if (!opened) {
      connect_error_ = opened.error();
      continue;
    }
    connection_ = *std::move(opened);
    if (left == 1) return;
    patience_ = loop().reactor.after((deadline() - Steady::now()) / static_cast<int>(left), [this] {
      patience_ = 0;
      connect_error_ = ETIMEDOUT;
      connect_next();
    });
    return;
  }
  fail(wire_error(WireFault::kConnect, peer_, connect_error_));
}

void DirectExchange::on_connected() {
  connect_error_ = connection_->connect_error();
  if (connect_error_ != 0) return connect_next();
  loop().reactor.cancel(std::exchange(patience_, 0));
  is_connected_ = true;
  loop().connections.fetch_add(1, std::memory_order_relaxed);
  loop().requests.fetch_add(1, std::memory_order_relaxed);
  connection_->want_write(false);
  send_rest();
}

void DirectExchange::on_ready(Connection&, bool readable, bool writable) {
  const auto self = shared_from_this();
  if (!is_connected_) return on_connected();
  if (writable && sent_ < request_.bytes.size()) {
    connection_->want_write(false);
    send_rest();
  }
  if (readable && connection_ && !has_ended()) receive();
}

void DirectExchange::send_rest() {
  while (sent_ < request_.bytes.size()) {
    const ssize_t count = ::send(connection_->socket(), request_.bytes.data() + sent_,
                                 request_.bytes.size() - sent_, MSG_NOSIGNAL);
    if (count >= 0) {
      sent_ += static_cast<size_t>(count);
    } else if (errno == EAGAIN) {
      return connection_->want_write(true);
    } else if (errno != EINTR) {
      return broken(WireFault::kSend, errno);
    }
  }
}

void DirectExchange::receive() {
  for (int i = 0; i < kReceivesMax; ++i) {
    const std::span<char> room = reader_->room();
    const ssize_t count = ::recv(connection_->socket(), room.data(), room.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) return broken(WireFault::kRead, errno);
    if (count == 0) return may_try_again() ? try_again() : advance(reader_->closed());
    const AnswerReader::State state = reader_->received(static_cast<size_t>(count));
    if (state != AnswerReader::State::kMore) return advance(state);
    if (static_cast<size_t>(count) < room.size()) return;
  }
}

void DirectExchange::broken(WireFault fault, int os_error) {
  if (may_try_again()) return try_again();
  fail(wire_error(fault, peer_, os_error));
}

/// The server had closed the idle connection before it saw the request.
void DirectExchange::try_again() {
  connection_.reset();
  is_reused_ = is_connected_ = false;
  sent_ = 0;
  start_reader();
  look_up(request_.host);
}

void DirectExchange::advance(AnswerReader::State state) {
  switch (state) {
    case AnswerReader::State::kMore:
      return;
    case AnswerReader::State::kDone:
      return complete();
    case AnswerReader::State::kFailed:
      return fail(reader_->take_error());
  }
}

void DirectExchange::complete() {
  if (reader_->keeps_alive() && sent_ == request_.bytes.size()) {
    loop().connection_pool.give(std::move(connection_));
  }
  HttpResponse response = reader_->take_response();
  const bool goes_on = leads_on(job_->setup->config, response);
  if (!finish()) return;
  if (goes_on) return follow_by_curl(loop(), job_, std::move(response));
  job_->done(std::move(response));
}

}  // namespace

std::shared_ptr<Operation> make_direct_exchange(EventLoop::Impl& loop, std::shared_ptr<HttpJob> job,
                                                GetRequest request) {
  return std::make_shared<DirectExchange>(loop, std::move(job), std::move(request));
}

}  // namespace tocsin::net
