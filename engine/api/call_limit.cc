#include "engine/api/call_limit.h"

#include <memory>
#include <string_view>
#include <utility>

#include "engine/api/envelope.h"
#include "engine/api/query_gate.h"

namespace tocsin::api {
namespace {

bool is_bounded(std::string_view path) {
  return path.starts_with("/api/") && !path.starts_with("/api/v1/query");
}

}  // namespace

net::ServerHandler limit_calls(net::ServerHandler handler, const base::Clock& clock,
                               const CallLimits& limits) {
  const auto gate = std::make_shared<QueryGate>(limits.calls_max, clock, limits.waiting_max);
  return [handler = std::move(handler), gate, &clock,
          limits](const net::ServerRequest& request) -> net::ServerResponse {
    if (!is_bounded(request.path)) return handler(request);
    promql::CancelFlag not_told{false};
    promql::CancelFlag& cancel = request.cancelled != nullptr ? *request.cancelled : not_told;
    const auto place =
        gate->enter(clock.steady_ns() + limits.patience * int64_t{1'000'000}, cancel);
    if (place) return handler(request);
    // A client that has gone reads no answer.
    net::ServerResponse busy = failure(
        ErrorType::kUnavailable, "too many calls wait for their turn already; try again later");
    busy.status = 503;
    return busy;
  };
}

}  // namespace tocsin::api
