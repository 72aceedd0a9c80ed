// The targets of one job.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/discovery/discovery.h"
#include "engine/scrape/scrape_config.h"
#include "engine/scrape/scrape_loop.h"
#include "engine/scrape/scrape_metrics.h"

namespace tocsin::scrape {

/// An active target as the API lists it.
struct ActiveTarget {
  std::string pool;
  Target target;
  TargetState state;
};

/// A target that relabel_configs dropped.
struct DroppedTarget {
  std::string pool;
  base::Labels discovered;
};

/// HELP and TYPE as one target exposes them.
struct TargetMetadata {
  base::Labels target;
  std::vector<FamilyMetadata> families;
};

/// Runs the discoveries of a job and keeps one ScrapeLoop per target, changing as little as
/// possible when either changes. Targets are brought in line at most every kSyncInterval.
/// Thread-safe; held by shared_ptr.
class ScrapePool : public std::enable_shared_from_this<ScrapePool> {
 public:
  static constexpr base::DurationMs kSyncInterval = 5 * base::kSecond;

  explicit ScrapePool(std::shared_ptr<ScrapeContext> context);

  /// Starts, or goes on with another configuration; targets that stay keep their state.
  void apply(ScrapeConfigPtr config, std::shared_ptr<net::HttpClient> client);
  /// The job is gone: its targets end with stale markers.
  void retire();
  /// Shutdown: ends without a trace; after it returned nothing is written.
  void stop();

  /// After retire(): every stale marker has been written.
  bool done() const;
  std::string fingerprint() const;
  void append_active(std::vector<ActiveTarget>& out) const;
  /// Returns the number dropped; at most keep_dropped_targets are appended.
  size_t append_dropped(std::vector<DroppedTarget>& out) const;
  void append_metadata(std::vector<TargetMetadata>& out) const;

 private:
  using Loops = std::unordered_map<uint64_t, std::shared_ptr<ScrapeLoop>>;
  /// What discovery and relabelling say there should be.
  struct Wanted {
    std::unordered_map<uint64_t, Target> targets;
    std::vector<base::Labels> dropped;
    size_t dropped_count = 0;
  };

  void start_discoveries();
  void on_groups(uint64_t generation, size_t index, std::vector<discovery::TargetGroup> groups);
  void request_sync();
  void sync();
  Wanted wanted() const;
  void add_target(const base::Labels& discovered, Wanted& out) const;
  void retire_loop(const std::shared_ptr<ScrapeLoop>& loop);

  const std::shared_ptr<ScrapeContext> context_;
  const ScrapeEnvironment& environment_;

  mutable std::mutex mutex_;  // Guards what follows.
  ScrapeConfigPtr config_;
  std::shared_ptr<net::HttpClient> client_;
  std::unique_ptr<PoolMetrics> pool_metrics_;
  std::vector<std::unique_ptr<discovery::Discovery>> discoveries_;  ///< Of the loop's thread.
  std::vector<std::vector<discovery::TargetGroup>> groups_;         ///< By discovery.
  uint64_t generation_ = 0;  ///< Of the discoveries; late callbacks of old ones are ignored.
  Loops loops_;
  uint32_t slots_ = 0;  ///< See slots_for().
  std::vector<std::shared_ptr<ScrapeLoop>> retiring_;
  std::vector<base::Labels> dropped_;
  size_t dropped_count_ = 0;
  base::TimestampMs next_sync_ = 0;
  base::TimerId sync_timer_ = 0;
  bool ended_ = false;
};

}  // namespace tocsin::scrape
