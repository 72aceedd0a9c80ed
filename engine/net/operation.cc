#include "engine/net/operation.h"

#include <algorithm>
#include <utility>

#include "engine/net/loop_core.h"

namespace tocsin::net {

using base::Code;
using base::Error;
using Steady = std::chrono::steady_clock;

Operation::Deadline Operation::deadline_in(base::DurationMs timeout) {
  return Steady::now() + std::chrono::milliseconds(std::max<base::DurationMs>(timeout, 0));
}

void Operation::run() {
  if (loop_.is_closing) return fail({Code::kCancelled, "cancelled: the program is shutting down"});
  loop_.operations.insert(shared_from_this());
  const auto left = std::max(deadline_ - Steady::now(), Steady::duration::zero());
  alarm_ = loop_.reactor.after(left, [this] {
    alarm_ = 0;
    fail(timeout_error());
  });
  begin();
}

void Operation::fail(Error error) {
  const auto self = shared_from_this();  // the loop's reference goes with finish()
  if (finish()) report(std::move(error));
}

void Operation::look_up(const std::string& host) {
  loop_.resolver.resolve(host, [self = shared_from_this()](base::Result<Addresses> found) {
    if (self->has_ended_) return;
    if (!found) return self->fail(std::move(found).error());
    self->on_addresses(*found);
  });
}

bool Operation::finish() {
  if (std::exchange(has_ended_, true)) return false;
  loop_.reactor.cancel(alarm_);
  release();
  loop_.operations.erase(shared_from_this());
  return true;
}

}  // namespace tocsin::net
