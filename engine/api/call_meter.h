// Counts calls, what they take and how large their answers are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/metrics.h"
#include "engine/net/http_server.h"

namespace tocsin::api {

/// One call, from the making of this on, under prometheus_http_*. `metrics` and `clock` must
/// outlive the answer.
class CallMeter {
 public:
  CallMeter(base::MetricRegistry& metrics, const base::Clock& clock)
      : metrics_(&metrics), clock_(&clock), start_ns_(clock.steady_ns()) {}

  /// Counts the call under `handler`: now, or when the last of a streamed answer has been made or
  /// its client has gone.
  void finish(std::string_view handler, net::ServerResponse& response);

 private:
  class MeteredBody;
  void count(const std::string& handler, int status, uint64_t bytes) const;

  base::MetricRegistry* metrics_;
  const base::Clock* clock_;
  int64_t start_ns_;
};

}  // namespace tocsin::api
