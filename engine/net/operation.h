// One outbound operation on a loop: a deadline, a name look-up, one end.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/net/event_loop.h"
#include "engine/net/reactor.h"
#include "engine/net/resolver.h"

namespace tocsin::net {

/// Ends exactly once, by finish() or fail(), whatever happens first. Loop's thread only, but for
/// the constructor.
class Operation : public std::enable_shared_from_this<Operation> {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  /// `loop` outlives the operation.
  Operation(EventLoop::Impl& loop, Deadline deadline) : loop_(loop), deadline_(deadline) {}
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  virtual ~Operation() = default;

  /// The deadline that lies so far ahead.
  static Deadline deadline_in(base::DurationMs timeout);

  void run();
  /// Stops and reports, unless it has ended.
  void fail(base::Error error);

 protected:
  virtual void begin() = 0;
  virtual void on_addresses(const Addresses& addresses) = 0;
  virtual void report(base::Error error) = 0;
  /// What the operation waits for, for the time-out's message: "while connecting to x:1".
  virtual base::Error timeout_error() const = 0;
  /// Gives back what the operation holds of the loop. Called once, when it ends.
  virtual void release() = 0;

  void look_up(const std::string& host);
  /// Frees everything. False when the operation had ended already.
  bool finish();
  bool has_ended() const { return has_ended_; }
  EventLoop::Impl& loop() { return loop_; }
  Deadline deadline() const { return deadline_; }

 private:
  EventLoop::Impl& loop_;
  const Deadline deadline_;
  Reactor::TimerId alarm_ = 0;
  bool has_ended_ = false;
};

}  // namespace tocsin::net
