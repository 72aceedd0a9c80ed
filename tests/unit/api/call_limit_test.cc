#include "engine/api/call_limit.h"

#include <latch>
#include <thread>

#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

const base::SystemClock kClock;

TEST(CallLimit, LetsFurtherCallsWaitButNoQueriesAndNoHealthChecks) {
  std::latch entered(1);
  std::latch may_go(1);
  const auto handler = limit_calls(
      [&](const net::ServerRequest& request) {
        if (request.query == "slow") {
          entered.count_down();
          may_go.wait();
        }
        return net::ServerResponse();
      },
      kClock, {.calls_max = 1});
  std::thread slow([&] { handler(get("/api/v1/rules", "slow")); });
  entered.wait();
  // With the one turn taken these would wait for ever if they needed one.
  for (const char* path : {"/api/v1/query", "/api/v1/query_range", "/-/healthy", "/metrics"})
    EXPECT_EQ(handler(get(path)).status, 200);
  std::atomic<bool> answered{false};
  std::thread other([&] {
    handler(get("/api/v1/series"));
    answered.store(true);
  });
  EXPECT_FALSE(answered.load());
  may_go.count_down();
  slow.join();
  other.join();
  EXPECT_TRUE(answered.load());
}

TEST(CallLimit, RefusesCallsWhenEnoughWait) {
  std::latch entered(1);
  std::latch may_go(1);
  const auto handler = limit_calls(
      [&](const net::ServerRequest&) {
        entered.count_down();
        may_go.wait();
        return net::ServerResponse();
      },
      kClock, {.calls_max = 1, .waiting_max = 0});
  std::thread slow([&] { EXPECT_EQ(handler(get("/api/v1/rules")).status, 200); });
  entered.wait();
  EXPECT_EQ(handler(get("/api/v1/series")).status, 503);
  may_go.count_down();
  slow.join();
}

TEST(CallLimit, RefusesACallThatHasWaitedTooLongOrWhoseClientHasGone) {
  std::latch entered(1);
  std::latch may_go(1);
  const auto handler = limit_calls(
      [&](const net::ServerRequest&) {
        entered.count_down();
        may_go.wait();
        return net::ServerResponse();
      },
      kClock, {.calls_max = 1, .patience = 20});
  std::thread slow([&] { EXPECT_EQ(handler(get("/api/v1/rules")).status, 200); });
  entered.wait();
  EXPECT_EQ(handler(get("/api/v1/series")).status, 503);
  net::ServerRequest left = get("/api/v1/series");
  left.cancelled = std::make_shared<std::atomic<bool>>(true);
  EXPECT_EQ(handler(left).status, 503);
  may_go.count_down();
  slow.join();
}

}  // namespace
}  // namespace tocsin::api
