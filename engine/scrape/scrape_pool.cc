#include "engine/scrape/scrape_pool.h"

#include <algorithm>

namespace tocsin::scrape {

using base::Labels;

namespace {

uint64_t key_of(const Target& target) { return fnv1a(target.url, target.all.hash()); }

}  // namespace

ScrapePool::ScrapePool(std::shared_ptr<ScrapeContext> context)
    : context_(std::move(context)), environment_(context_->environment) {}

void ScrapePool::apply(ScrapeConfigPtr config, std::shared_ptr<net::HttpClient> client) {
  const std::lock_guard lock(mutex_);
  config_ = std::move(config);
  client_ = std::move(client);
  pool_metrics_ = std::make_unique<PoolMetrics>(environment_.metrics, config_->job_name);
  pool_metrics_->target_limit.set(static_cast<double>(config_->common.targets_max));
  ++generation_;
  next_sync_ = 0;
  environment_.loop.post([self = shared_from_this()] { self->start_discoveries(); });
}

void ScrapePool::start_discoveries() {
  std::vector<discovery::Discovery*> started;
  uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    discoveries_.clear();
    if (ended_) return;
    generation = generation_;
    groups_.assign(config_->discoveries.size(), {});
    const discovery::DiscoveryContext context{environment_.loop, environment_.clock,
                                              environment_.metrics, environment_.log};
    for (const auto& kind : config_->discoveries) discoveries_.push_back(kind->make(context));
    for (const auto& discovery : discoveries_) started.push_back(discovery.get());
  }
  // The discoveries of the loop's thread can only be replaced on it, so the pointers hold.
  for (size_t i = 0; i < started.size(); ++i) {
    started[i]->start([weak = weak_from_this(), generation, i](auto groups) {
      if (const auto self = weak.lock()) self->on_groups(generation, i, std::move(groups));
    });
  }
  if (started.empty()) request_sync();
}

void ScrapePool::on_groups(uint64_t generation, size_t index,
                           std::vector<discovery::TargetGroup> groups) {
  {
    const std::lock_guard lock(mutex_);
    if (generation != generation_ || ended_) return;
    groups_[index] = std::move(groups);
  }
  request_sync();
}

void ScrapePool::request_sync() {
  const std::lock_guard lock(mutex_);
  if (sync_timer_ != 0) return;
  const base::TimestampMs when = std::max(environment_.clock.now(), next_sync_);
  sync_timer_ = environment_.loop.call_at(when, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->sync();
  });
}

void ScrapePool::add_target(const Labels& discovered, Wanted& out) const {
  auto made = make_target(discovered, *config_);
  if (!made) {
    pool_metrics_->failed_targets.add();
    environment_.log.error("a discovered target cannot be scraped",
                           {{"scrape_pool", config_->job_name},
                            {"labels", discovered.to_braces()},
                            {"error", made.error().message}});
    return;
  }
  if (*made) {
    const uint64_t key = key_of(**made);
    out.targets.emplace(key, **std::move(made));
    return;
  }
  ++out.dropped_count;
  const uint64_t kept = config_->common.dropped_targets_kept;
  if (kept == 0 || out.dropped.size() < kept) out.dropped.push_back(discovered);
}

ScrapePool::Wanted ScrapePool::wanted() const {
  Wanted out;
  for (const auto& groups : groups_) {
    for (const discovery::TargetGroup& group : groups) {
      for (const Labels& target : group.targets) {
        add_target(with_defaults(target, group.labels, *config_), out);
      }
    }
  }
  return out;
}

void ScrapePool::sync() {
  const std::lock_guard lock(mutex_);
  sync_timer_ = 0;
  if (ended_) return;
  next_sync_ = environment_.clock.now() + kSyncInterval;
  Wanted want = wanted();
  const uint64_t limit = config_->common.targets_max;
  std::string error;
  if (limit != 0 && want.targets.size() > limit) {
    error = "target_limit exceeded (number of targets: " + std::to_string(want.targets.size()) +
            ", limit: " + std::to_string(limit) + ")";
  }
  for (auto it = loops_.begin(); it != loops_.end();) {
    const bool stays = want.targets.contains(it->first);
    if (!stays) retire_loop(it->second);
    it = stays ? std::next(it) : loops_.erase(it);
  }
  slots_ = slots_for(want.targets.size(), slots_);
  const uint64_t phase = fnv1a(config_->job_name);
  for (auto& [key, target] : want.targets) {
    target.slots = slots_;
    target.phase = phase;
    const auto [place, fresh] = loops_.try_emplace(key);
    if (fresh) {
      place->second = std::make_shared<ScrapeLoop>(context_, std::move(target), config_, client_);
      place->second->start();
    } else {
      place->second->go_on(std::move(target), config_, client_);
    }
    place->second->force_error(error);
  }
  dropped_ = std::move(want.dropped);
  dropped_count_ = want.dropped_count;
  pool_metrics_->syncs.add();
  pool_metrics_->targets.set(static_cast<double>(loops_.size()));
  pool_metrics_->discovered.set(static_cast<double>(loops_.size() + dropped_count_));
}

/// Requires mutex_.
void ScrapePool::retire_loop(const std::shared_ptr<ScrapeLoop>& loop) {
  retiring_.push_back(loop);
  loop->retire([weak = weak_from_this(), gone = loop.get()] {
    const auto self = weak.lock();
    if (!self) return;
    const std::lock_guard lock(self->mutex_);
    std::erase_if(self->retiring_, [&](const auto& l) { return l.get() == gone; });
  });
}

void ScrapePool::retire() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  environment_.loop.cancel(sync_timer_);
  for (const auto& [key, loop] : loops_) retire_loop(loop);
  loops_.clear();
  pool_metrics_->targets.set(0);
  pool_metrics_->discovered.set(0);
  environment_.loop.post([self = shared_from_this()] { self->start_discoveries(); });
}

void ScrapePool::stop() {
  std::vector<std::shared_ptr<ScrapeLoop>> ending;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    environment_.loop.cancel(sync_timer_);
    for (const auto& [key, loop] : loops_) ending.push_back(loop);
    ending.insert(ending.end(), retiring_.begin(), retiring_.end());
    environment_.loop.post([self = shared_from_this()] { self->start_discoveries(); });
  }
  for (const auto& loop : ending) loop->stop();
}

bool ScrapePool::done() const {
  const std::lock_guard lock(mutex_);
  return retiring_.empty();
}

std::string ScrapePool::fingerprint() const {
  const std::lock_guard lock(mutex_);
  return config_->fingerprint;
}

void ScrapePool::append_active(std::vector<ActiveTarget>& out) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, loop] : loops_) {
    out.push_back({config_->job_name, loop->target(), loop->state()});
  }
}

size_t ScrapePool::append_dropped(std::vector<DroppedTarget>& out) const {
  const std::lock_guard lock(mutex_);
  for (const Labels& labels : dropped_) out.push_back({config_->job_name, labels});
  return dropped_count_;
}

void ScrapePool::append_metadata(std::vector<TargetMetadata>& out) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, loop] : loops_) {
    out.push_back({loop->target().labels, loop->metadata()});
  }
}

}  // namespace tocsin::scrape
