#include "engine/api/call_limit.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "engine/api/envelope.h"

namespace tocsin::api {
namespace {

// Who may be answered now.
class Turns {
 public:
  Turns(uint32_t calls_max, uint32_t waiting_max) : free_(calls_max), waiting_max_(waiting_max) {}

  /// Waits for a turn; false when too many wait already.
  bool take() {
    std::unique_lock lock(mutex_);
    if (free_ == 0) {
      if (waiting_ >= waiting_max_) return false;
      ++waiting_;
      is_free_.wait(lock, [this] { return free_ > 0; });
      --waiting_;
    }
    --free_;
    return true;
  }
  void give_back() {
    const std::lock_guard lock(mutex_);
    ++free_;
    is_free_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable is_free_;
  uint32_t free_;
  uint32_t waiting_ = 0;
  const uint32_t waiting_max_;
};

bool is_bounded(std::string_view path) {
  return path.starts_with("/api/") && !path.starts_with("/api/v1/query");
}

}  // namespace

net::ServerHandler limit_calls(net::ServerHandler handler, uint32_t calls_max,
                               uint32_t waiting_max) {
  const auto turns = std::make_shared<Turns>(calls_max, waiting_max);
  return [handler = std::move(handler), turns](const net::ServerRequest& request) {
    if (!is_bounded(request.path)) return handler(request);
    if (!turns->take()) {
      net::ServerResponse busy = failure(
          ErrorType::kUnavailable, "too many calls wait for their turn already; try again later");
      busy.status = 503;
      return busy;
    }
    net::ServerResponse response = handler(request);
    turns->give_back();
    return response;
  };
}

}  // namespace tocsin::api
