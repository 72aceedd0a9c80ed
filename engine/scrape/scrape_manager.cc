#include "engine/scrape/scrape_manager.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace tocsin::scrape {

using base::Error;
using base::Status;

struct ScrapeManager::State {
  explicit State(ScrapeEnvironment env)
      : context(std::make_shared<ScrapeContext>(std::move(env))),
        failed_pools(context->environment.metrics.counter(
            "prometheus_target_scrape_pools_failed_total",
            "Total number of scrape pool creations that failed.")),
        made_pools(context->environment.metrics.counter(
            "prometheus_target_scrape_pools_total",
            "Total number of scrape pool creation attempts.")) {}

  std::vector<std::shared_ptr<ScrapePool>> all() const {
    const std::lock_guard lock(mutex);
    std::vector<std::shared_ptr<ScrapePool>> out;
    for (const auto& [name, pool] : pools) out.push_back(pool);
    return out;
  }

  const std::shared_ptr<ScrapeContext> context;
  base::Counter& failed_pools;
  base::Counter& made_pools;
  mutable std::mutex mutex;  // Guards the maps.
  std::map<std::string, std::shared_ptr<ScrapePool>> pools;
  std::vector<std::shared_ptr<ScrapePool>> retired;  // Their targets may still owe stale markers.
};

ScrapeManager::ScrapeManager(ScrapeEnvironment environment)
    : state_(std::make_shared<State>(std::move(environment))) {}

ScrapeManager::~ScrapeManager() { stop(); }

Status ScrapeManager::apply(const std::vector<ScrapeConfigPtr>& configs) {
  ASSIGN_OR_RETURN(const auto take_effect, prepare(configs));
  take_effect();
  return {};
}

base::Result<std::function<void()>> ScrapeManager::prepare(
    const std::vector<ScrapeConfigPtr>& configs) {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  Clients clients;
  for (const ScrapeConfigPtr& config : configs) {
    const auto known = state.pools.find(config->job_name);
    if (known != state.pools.end() && known->second->fingerprint() == config->fingerprint) continue;
    auto client = state.context->environment.make_client(config->http);
    if (!client) {
      state.failed_pools.add();
      Error error = std::move(client).error();
      error.message = "scrape job \"" + config->job_name + "\": " + error.message;
      return error;
    }
    clients.emplace(config->job_name, *std::move(client));
  }
  return std::function<void()>([this, configs, clients] { commit(configs, clients); });
}

void ScrapeManager::commit(const std::vector<ScrapeConfigPtr>& configs, const Clients& clients) {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  std::erase_if(state.retired, [](const auto& pool) { return pool->done(); });
  std::set<std::string> wanted;
  for (const ScrapeConfigPtr& config : configs) {
    wanted.insert(config->job_name);
    const auto client = clients.find(config->job_name);
    if (client == clients.end()) continue;
    auto& pool = state.pools[config->job_name];
    if (!pool) {
      state.made_pools.add();
      pool = std::make_shared<ScrapePool>(state.context);
    }
    pool->apply(config, client->second);
  }
  for (auto it = state.pools.begin(); it != state.pools.end();) {
    const bool stays = wanted.contains(it->first);
    if (!stays) {
      it->second->retire();
      state.retired.push_back(it->second);
    }
    it = stays ? std::next(it) : state.pools.erase(it);
  }
}

void ScrapeManager::stop() {
  std::vector<std::shared_ptr<ScrapePool>> ending;
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [name, pool] : state_->pools) ending.push_back(pool);
    ending.insert(ending.end(), state_->retired.begin(), state_->retired.end());
    state_->pools.clear();
    state_->retired.clear();
  }
  for (const auto& pool : ending) pool->stop();
}

TargetsSnapshot ScrapeManager::targets() const {
  TargetsSnapshot out;
  const std::lock_guard lock(state_->mutex);
  for (const auto& [name, pool] : state_->pools) {
    pool->append_active(out.active);
    out.dropped_counts[name] = pool->append_dropped(out.dropped);
  }
  std::sort(out.active.begin(), out.active.end(), [](const auto& a, const auto& b) {
    return std::tie(a.pool, a.target.url, a.target.labels) <
           std::tie(b.pool, b.target.url, b.target.labels);
  });
  return out;
}

std::vector<TargetMetadata> ScrapeManager::metadata() const {
  std::vector<TargetMetadata> out;
  for (const auto& pool : state_->all()) pool->append_metadata(out);
  return out;
}

std::vector<std::string> ScrapeManager::pools() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> out;
  for (const auto& [name, pool] : state_->pools) out.push_back(name);
  return out;
}

}  // namespace tocsin::scrape
