// Serves the fleet over HTTP for bench/run peers: fleet_server ADDRESS. Target N is at /N/metrics;
// each request gets the next scrape's numbers. Runs until killed.
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "bench/bench.h"
#include "bench/fleet.h"
#include "engine/base/executor.h"
#include "engine/net/http_server.h"

namespace tocsin::bench {
namespace {

constexpr uint32_t kTargetsMax = 100'000;
constexpr uint32_t kConnectionsMax = 100'000;

/// The N of "/N/metrics"; kTargetsMax when there is none.
uint32_t target_of(std::string_view path) {
  uint32_t target = kTargetsMax;
  const std::string_view number = path.substr(1, path.find('/', 1) - 1);
  const auto [end, error] = std::from_chars(number.begin(), number.end(), target);
  return error == std::errc() && end == number.end() && target < kTargetsMax ? target : kTargetsMax;
}

net::ServerResponse answer(const net::ServerRequest& request, uint32_t scrape) {
  net::ServerResponse response;
  response.content_type = "text/plain; version=0.0.4";
  const uint32_t target = target_of(request.path);
  if (target == kTargetsMax) {
    response.status = 404;
    return response;
  }
  response.headers = {
      {"Content-Encoding", "identity"}};  // Packing it would cost more than serving.
  response.body = target_body(target, scrape);
  return response;
}

void serve(const char* address) {
  std::atomic<uint32_t> scrapes{0};
  base::ThreadPool pool(1);
  net::ServerLimits limits;
  limits.connections_max = kConnectionsMax;
  auto server = net::serve_http(
      address,
      [&scrapes](const net::ServerRequest& request) {
        return answer(request, scrapes.fetch_add(1, std::memory_order_relaxed) / 64);
      },
      pool, limits, base::Log::none());
  require(server);
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

}  // namespace
}  // namespace tocsin::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: fleet_server ADDRESS (such as 127.0.0.1:9400)\n", stderr);
    return 2;
  }
  tocsin::bench::serve(argv[1]);
}
