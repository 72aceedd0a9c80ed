// The simulated fleet: what each exporter would answer right now.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/app/demo/story.h"
#include "engine/base/clock.h"

namespace tocsin::app::demo {

/// Four GPU nodes, two ollama and two vLLM servers as exposition text. Values wander with a seeded
/// generator; counters grow with the time since the exporter was last asked. Thread-safe.
class Fleet {
 public:
  /// The story starts now.
  Fleet(const base::Clock& clock, uint64_t seed);

  /// The text that `path` ("/gpu-0/metrics") serves, or nullopt: not one of ours, or gone.
  std::optional<std::string> scrape(std::string_view path);

 private:
  struct Server {
    base::TimestampMs asked_at = 0;
    double requests = 0;
    double errors = 0;
    std::vector<double> buckets;  // Requests by latency bucket, not cumulative.
    double latency_sum = 0;
    double load = 0.5;  // Wanders between 0 and 1.
  };

  double wander(double value, double step);
  double uniform();
  Server& server(std::string_view name, base::DurationMs& since_asked);
  std::string gpu_node(int node, const Trouble& trouble);
  std::string ollama(int number, const Trouble& trouble);
  std::string vllm(int number, const Trouble& trouble);

  const base::Clock& clock_;
  const base::TimestampMs started_;
  std::mutex mutex_;
  uint64_t random_;
  std::map<std::string, Server, std::less<>> servers_;
};

}  // namespace tocsin::app::demo
