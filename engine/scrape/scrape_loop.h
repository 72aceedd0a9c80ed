// One target's life: scrape, store, wait, again.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/executor.h"
#include "engine/base/log.h"
#include "engine/base/sample_sink.h"
#include "engine/net/http_client.h"
#include "engine/scrape/intake.h"
#include "engine/scrape/scrape_config.h"
#include "engine/scrape/scrape_metrics.h"
#include "engine/scrape/target.h"

namespace tocsin::scrape {

/// What scraping needs from outside. All of it outlives the manager.
struct ScrapeEnvironment {
  base::Loop& loop;
  const base::Clock& clock;
  base::Executor& executor;  ///< Reads bodies too large for the loop.
  base::SampleSink& sink;
  base::MetricRegistry& metrics;
  base::Log log;
  std::function<base::Result<std::unique_ptr<net::HttpClient>>(net::HttpClientConfig)> make_client;
  uint64_t offset_seed = 0;  ///< fnv1a(host name + external labels): replicas scrape apart.
  TypeLabels type_labels = TypeLabels::kNone;
  /// Told of every scrape stored, by its writer's number; on any thread. May be null.
  std::function<void(uint32_t writer)> committed = nullptr;
};

/// Shared by the manager, its pools and loops; whoever is last frees it.
struct ScrapeContext {
  explicit ScrapeContext(ScrapeEnvironment env)
      : environment(std::move(env)), metrics(environment.metrics) {}
  const ScrapeEnvironment environment;
  ScrapeMetrics metrics;
};

enum class TargetHealth : uint8_t { kUnknown, kUp, kDown };
/// "unknown", "up", "down".
std::string_view to_string(TargetHealth health);

/// What the API shows of a target beside its labels.
struct TargetState {
  TargetHealth health = TargetHealth::kUnknown;
  std::string last_error;             ///< Empty when the last scrape was fine.
  base::TimestampMs last_scrape = 0;  ///< Start; 0: none yet.
  double last_duration_seconds = 0;
  uint64_t samples = 0;  ///< Of the last scrape.
};

/// Scrapes one target on the environment's loop: at its offset, every interval, one at a time; what
/// is missed is not caught up. Each scrape writes up and the other series about itself; a failed
/// one writes stale markers for all others. Thread-safe. Held by shared_ptr; scrapes in flight keep
/// it alive. Source: prometheus scrape/scrape.go scrapeLoop.
class ScrapeLoop : public std::enable_shared_from_this<ScrapeLoop> {
 public:
  ScrapeLoop(std::shared_ptr<ScrapeContext> context, Target target, ScrapeConfigPtr config,
             std::shared_ptr<net::HttpClient> client);

  void start();
  /// The same endpoint, perhaps found with other labels that relabelling removes, perhaps with
  /// another configuration; series that remain are not interrupted.
  void go_on(Target target, ScrapeConfigPtr config, std::shared_ptr<net::HttpClient> client);
  /// Fails every scrape with this text without asking the target (target_limit); empty: no longer.
  void force_error(std::string error);
  /// Ends without a trace (shutdown). After it returned, nothing more is written.
  void stop();
  /// Ends because the target is gone: its series get stale markers of the time of its next scrape,
  /// but only after one more interval, so that those which another target exposes by then get none.
  void retire(std::function<void()> done);

  Target target() const;
  TargetState state() const;
  std::vector<FamilyMetadata> metadata() const { return intake_.metadata().snapshot(); }

 private:
  struct Attempt {
    base::TimestampMs t = 0;
    int64_t start_ns = 0;
    ScrapeConfigPtr config;
    std::weak_ptr<net::HttpClient> client;  ///< Weak: the client holds the attempt.
  };

  void schedule();
  base::TimestampMs next_tick(base::TimestampMs now) const;
  void tick(base::TimestampMs scheduled);
  net::HttpRequest make_request() const;
  void on_response(const Attempt& attempt, base::Result<net::HttpResponse> response);
  void store(const Attempt& attempt, base::Result<std::string> body);
  base::Status write(const Attempt& attempt, base::Result<std::string>& body, bool& up);
  std::vector<double> report(const Attempt& attempt, bool up, int64_t body_bytes) const;
  void finish(const Attempt& attempt, const base::Status& outcome, uint64_t samples);
  base::Result<std::string> body_of(const Attempt& attempt,
                                    base::Result<net::HttpResponse> response) const;

  const std::shared_ptr<ScrapeContext> context_;
  const ScrapeEnvironment& environment_;
  ScrapeMetrics& metrics_;
  std::atomic<bool> stopped_ = false;

  mutable std::mutex mutex_;  // Guards what follows.
  Target target_;
  ScrapeConfigPtr config_;
  std::shared_ptr<net::HttpClient> client_;
  net::HttpRequest request_;
  TargetState state_;
  std::string forced_error_;
  base::TimerId timer_ = 0;
  bool in_flight_ = false;

  std::mutex intake_mutex_;  // Held while a scrape is stored; taken before mutex_.
  Intake intake_;
};

}  // namespace tocsin::scrape
