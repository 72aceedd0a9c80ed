#include "engine/api/call_limit.h"

#include <memory>
#include <semaphore>
#include <string_view>
#include <utility>

namespace tocsin::api {
namespace {

using Semaphore = std::counting_semaphore<>;

// Held for the length of a call.
class Turn {
 public:
  explicit Turn(Semaphore& semaphore) : semaphore_(semaphore) { semaphore_.acquire(); }
  ~Turn() { semaphore_.release(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Semaphore& semaphore_;
};

bool is_bounded(std::string_view path) {
  return path.starts_with("/api/") && !path.starts_with("/api/v1/query");
}

}  // namespace

net::ServerHandler limit_calls(net::ServerHandler handler, uint32_t calls_max) {
  const auto semaphore = std::make_shared<Semaphore>(calls_max);
  return [handler = std::move(handler), semaphore](const net::ServerRequest& request) {
    if (!is_bounded(request.path)) return handler(request);
    const Turn turn(*semaphore);
    return handler(request);
  };
}

}  // namespace tocsin::api
