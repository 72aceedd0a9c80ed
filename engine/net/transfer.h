// One outbound operation on a loop: a deadline, a name look-up, a libcurl transfer.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/net/event_loop.h"
#include "engine/net/reactor.h"
#include "engine/net/resolver.h"

namespace tocsin::net {

/// A curl_slist. Must outlive the use of the handles it is given to.
class CurlList {
 public:
  CurlList() = default;
  CurlList(const CurlList&) = delete;
  CurlList& operator=(const CurlList&) = delete;
  ~CurlList() { clear(); }
  void add(const std::string& line);
  void clear();
  void* get() const { return list_; }  ///< A curl_slist, or nullptr when empty.

 private:
  void* list_ = nullptr;
};

/// CURLOPT_RESOLVE's line: "host:port:address,[address]".
std::string resolve_line(const std::string& host, uint16_t port, const Addresses& addresses);

/// Makes `easy` use only addresses that were looked up before: a name that is not in its resolve
/// list fails, because libcurl's own look-up can block its thread for seconds.
void forbid_lookups(void* easy);

/// Ends exactly once, by finish() or fail(), whatever happens first. Loop's thread only.
class Transfer : public std::enable_shared_from_this<Transfer> {
 public:
  /// `loop` outlives the transfer. The time-out counts from here.
  Transfer(EventLoop::Impl& loop, base::DurationMs timeout);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  virtual ~Transfer();

  void run();
  /// Stops and reports, unless it has ended.
  void fail(base::Error error);

 protected:
  virtual void begin() = 0;
  virtual void on_addresses(const Addresses& addresses) = 0;
  virtual void on_transferred(int curl_code) = 0;
  virtual void report(base::Error error) = 0;
  /// What the operation waits for, for the time-out's message: "while connecting to x:1".
  virtual base::Error timeout_error() const = 0;

  void look_up(const std::string& host);
  void start_easy();
  /// Frees everything. False when the transfer had ended already.
  bool finish();
  void* easy() const { return easy_; }
  EventLoop::Impl& loop() { return loop_; }

 private:
  EventLoop::Impl& loop_;
  std::chrono::steady_clock::time_point deadline_;
  Reactor::TimerId alarm_ = 0;
  void* easy_ = nullptr;
  bool has_ended_ = false;
};

}  // namespace tocsin::net
