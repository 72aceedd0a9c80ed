#include "engine/net/transfer.h"

#include <curl/curl.h>

#include <algorithm>
#include <utility>

#include "engine/net/loop_core.h"

namespace tocsin::net {

using base::Code;
using base::Error;
using Steady = std::chrono::steady_clock;

void CurlList::add(const std::string& line) {
  list_ = curl_slist_append(static_cast<curl_slist*>(list_), line.c_str());
}

void CurlList::clear() {
  curl_slist_free_all(static_cast<curl_slist*>(std::exchange(list_, nullptr)));
}

std::string resolve_line(const std::string& host, uint16_t port, const Addresses& addresses) {
  std::string line = host + ":" + std::to_string(port) + ":";
  for (const std::string& address : addresses) {
    if (&address != &addresses.front()) line += ',';
    line += address.find(':') == std::string::npos ? address : "[" + address + "]";
  }
  return line;
}

void forbid_lookups(void* easy) {
  curl_easy_setopt(
      easy, CURLOPT_RESOLVER_START_FUNCTION, +[](void*, void*, void*) -> int { return 1; });
}

Transfer::Transfer(EventLoop::Impl& loop, base::DurationMs timeout)
    : loop_(loop),
      deadline_(Steady::now() + std::chrono::milliseconds(std::max<base::DurationMs>(timeout, 0))) {
}

Transfer::~Transfer() = default;

void Transfer::run() {
  if (loop_.is_closing) return fail({Code::kCancelled, "cancelled: the program is shutting down"});
  loop_.transfers.insert(shared_from_this());
  easy_ = loop_.curl.take();
  if (easy_ == nullptr) return fail({Code::kInternal, "libcurl is out of memory"});
  const auto left = std::max(deadline_ - Steady::now(), Steady::duration::zero());
  alarm_ = loop_.reactor.after(left, [this] {
    alarm_ = 0;
    fail(timeout_error());
  });
  begin();
}

void Transfer::fail(Error error) {
  const auto self = shared_from_this();  // the loop's reference goes with finish()
  if (finish()) report(std::move(error));
}

void Transfer::look_up(const std::string& host) {
  loop_.resolver.resolve(host, [self = shared_from_this()](base::Result<Addresses> found) {
    if (self->has_ended_) return;
    if (!found) return self->fail(std::move(found).error());
    self->on_addresses(*found);
  });
}

void Transfer::start_easy() {
  loop_.curl.start(easy_, [self = shared_from_this()](int code) { self->on_transferred(code); });
}

bool Transfer::finish() {
  if (std::exchange(has_ended_, true)) return false;
  loop_.reactor.cancel(alarm_);
  if (easy_ != nullptr) {
    loop_.curl.cancel(easy_);
    loop_.curl.recycle(std::exchange(easy_, nullptr));
  }
  loop_.transfers.erase(shared_from_this());
  return true;
}

}  // namespace tocsin::net
