// All scrape jobs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/scrape/scrape_pool.h"

namespace tocsin::scrape {

/// Targets as /api/v1/targets lists them: by pool name, then URL.
struct TargetsSnapshot {
  std::vector<ActiveTarget> active;
  std::vector<DroppedTarget> dropped;
  std::map<std::string, size_t> dropped_counts;  ///< By pool; exact.
};

/// Runs a ScrapePool per job. Thread-safe. Everything in the environment outlives it; its loop runs
/// while it exists.
class ScrapeManager {
 public:
  explicit ScrapeManager(ScrapeEnvironment environment);
  /// As stop().
  ~ScrapeManager();

  /// Makes these the jobs. Jobs whose configuration is the same are not touched; of the others the
  /// targets that stay keep their series. On an error (a client that cannot be made) nothing
  /// changes.
  base::Status apply(const std::vector<ScrapeConfigPtr>& configs);
  /// apply() in two steps: all that can fail happens now, the rest when the result is called, which
  /// it must not be after another apply() or after the manager is gone.
  base::Result<std::function<void()>> prepare(const std::vector<ScrapeConfigPtr>& configs);
  /// Ends scraping without stale markers; after it returned nothing is written.
  void stop();

  TargetsSnapshot targets() const;
  std::vector<TargetMetadata> metadata() const;
  /// Names of the jobs, sorted.
  std::vector<std::string> pools() const;

 private:
  struct State;
  using Clients = std::map<std::string, std::shared_ptr<net::HttpClient>>;  ///< By job name.
  void commit(const std::vector<ScrapeConfigPtr>& configs, const Clients& clients);
  std::shared_ptr<State> state_;  // Shared with closures on the loop.
};

}  // namespace tocsin::scrape
