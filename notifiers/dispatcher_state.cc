#include "notifiers/dispatcher_state.h"

#include <algorithm>

#include "notifiers/alert_intake.h"

namespace tocsin::notifiers {

namespace {

constexpr base::DurationMs kMaintenanceInterval = 15 * base::kMinute;
constexpr base::DurationMs kResolveTimeoutUnconfigured = 5 * base::kMinute;

base::Counter& received(base::MetricRegistry& metrics, std::string status) {
  return metrics.counter("alertmanager_alerts_received_total", "Alerts that were received.",
                         {{"status", std::move(status)}, {"version", "v2"}});
}

}  // namespace

Dispatcher::State::State(DispatcherWorld world)
    : world_(std::move(world)),
      received_firing_(received(world_.metrics, "firing")),
      received_resolved_(received(world_.metrics, "resolved")),
      invalid_(world_.metrics.counter("alertmanager_alerts_invalid_total",
                                      "Received alerts that were invalid.", {{"version", "v2"}})),
      refused_(world_.metrics.counter("tocsin_alerts_refused_total",
                                      "Alerts dropped because too many waited to be taken in.")) {}

void Dispatcher::State::start() {
  const std::weak_ptr<State> self = weak_from_this();
  const auto read = [&](std::string_view name, std::string_view help, base::MetricLabels labels,
                        std::function<double(const State&)> value) {
    world_.metrics.gauge_from(
        name, help,
        [self, value = std::move(value)] {
          const auto state = self.lock();
          return state ? value(*state) : 0.0;
        },
        std::move(labels));
  };
  read("alertmanager_alerts", "Alerts in memory by state.", {{"state", "active"}},
       [](const State& state) { return state.count_alerts(false); });
  read("alertmanager_alerts", "Alerts in memory by state.", {{"state", "suppressed"}},
       [](const State&) { return 0.0; });
  read("alertmanager_dispatcher_aggregation_groups", "Groups of alerts.", {},
       [](const State& state) {
         const std::lock_guard lock(state.mutex_);
         return static_cast<double>(state.groups_.size());
       });
  for (const std::string_view kind : kIntegrationKinds) integration_metrics(world_.metrics, kind);
  schedule_maintenance();
}

/// Runs `work` on the loop, with the state locked, unless the dispatcher is gone by then.
template <class Work>
void Dispatcher::State::post(Work work) {
  world_.loop.post([self = weak_from_this(), work = std::move(work)]() mutable {
    const auto state = self.lock();
    if (!state) return;
    const std::lock_guard lock(state->mutex_);
    work(*state);
  });
}

void Dispatcher::State::close() {
  const std::lock_guard lock(mutex_);
  world_.loop.cancel(maintenance_timer_);
  for (const auto& [id, group] : groups_) world_.loop.cancel(group->timer);
  groups_.clear();
}

void Dispatcher::State::apply(std::unique_ptr<Setup> setup) {
  // std::function copies its target, which a unique_ptr inside would forbid.
  auto handover = std::make_shared<std::unique_ptr<Setup>>(std::move(setup));
  post([handover](State& state) {
    for (const auto& [id, group] : state.groups_) state.world_.loop.cancel(group->timer);
    state.groups_.clear();
    for (auto& [key, slot] : state.slots_) slot.waiting.reset();
    state.setup_ = std::move(*handover);
    size_t integrations = 0;
    for (const Receiver& receiver : state.setup_->receivers) {
      integrations += receiver.integrations.size();
    }
    state.world_.metrics.gauge("alertmanager_receivers", "Configured receivers.")
        .set(static_cast<double>(state.setup_->receivers.size()));
    state.world_.metrics.gauge("alertmanager_integrations", "Configured integrations.")
        .set(static_cast<double>(integrations));
    // Oldest first: the alert that makes a group decides when it is first looked at.
    std::vector<base::Alert> known;
    for (const auto& [labels, alert] : state.store_.alerts()) known.push_back(alert);
    std::sort(known.begin(), known.end(),
              [](const auto& a, const auto& b) { return a.starts_at < b.starts_at; });
    const base::TimestampMs now = state.world_.clock.now();
    for (const base::Alert& alert : known) state.route(alert, now);
  });
}

void Dispatcher::State::enqueue(const std::vector<base::Alert>& alerts) {
  const size_t count = alerts.size();
  if (queued_.fetch_add(count) + count > kAlertsQueuedMax) {
    queued_.fetch_sub(count);
    refused_.add(static_cast<double>(count));
    return;
  }
  post([alerts](State& state) {
    state.queued_.fetch_sub(alerts.size());
    state.take_in(alerts);
  });
}

void Dispatcher::State::take_in(const std::vector<base::Alert>& alerts) {
  const base::TimestampMs now = world_.clock.now();
  const base::DurationMs timeout =
      setup_ ? setup_->config.global.resolve_timeout : kResolveTimeoutUnconfigured;
  for (const base::Alert& sent : alerts) {
    base::Alert alert = complete_alert(sent, now, timeout);
    (alert.resolved_at(now) ? received_resolved_ : received_firing_).add();
    if (const base::Status status = validate_alert(alert); !status) {
      invalid_.add();
      world_.log.warn("Alert refused",
                      {{"labels", alert.labels.to_braces()}, {"err", status.error().message}});
      continue;
    }
    route(store_.put(std::move(alert), now), now);
  }
}

void Dispatcher::State::route(const base::Alert& alert, base::TimestampMs now) {
  if (!setup_) return;
  for (const Route* node : setup_->routes.match(alert.labels)) insert(*node, alert, now);
}

void Dispatcher::State::insert(const Route& route, const base::Alert& alert,
                               base::TimestampMs now) {
  GroupId id{&route, route.group_labels(alert.labels)};
  GroupPtr& group = groups_[id];
  if (!group) {
    group = std::make_shared<AlertGroup>();
    group->route = &route;
    group->key = group_key(route, id.labels);
    group->labels = std::move(id.labels);
    arm(group, first_flush_at(route.timing(), now, alert.starts_at));
  }
  group->alerts.insert_or_assign(alert.labels, alert);
}

void Dispatcher::State::arm(const GroupPtr& group, base::TimestampMs when) {
  group->next_flush = when;
  const std::weak_ptr<AlertGroup> weak = group;
  group->timer = world_.loop.call_at(when, [self = weak_from_this(), weak] {
    const auto state = self.lock();
    const auto due = weak.lock();
    if (!state || !due) return;
    const std::lock_guard lock(state->mutex_);
    state->tick(due);
  });
}

void Dispatcher::State::tick(const GroupPtr& group) {
  const base::TimestampMs now = world_.clock.now();
  arm(group, next_flush_at(group->route->timing(), now));
  flush(group, now);
}

void Dispatcher::State::remove_group(const GroupPtr& group) {
  const auto found = groups_.find({group->route, group->labels});
  if (found == groups_.end() || found->second != group) return;
  world_.loop.cancel(group->timer);
  groups_.erase(found);
}

void Dispatcher::State::schedule_maintenance() {
  const base::TimestampMs when = world_.clock.now() + kMaintenanceInterval;
  maintenance_timer_ = world_.loop.call_at(when, [self = weak_from_this()] {
    const auto state = self.lock();
    if (!state) return;
    const std::lock_guard lock(state->mutex_);
    state->maintain();
    state->schedule_maintenance();
  });
}

void Dispatcher::State::maintain() {
  const base::TimestampMs now = world_.clock.now();
  store_.collect_garbage(now);
  log_.collect_garbage(now);
  std::erase_if(slots_, [&](const auto& item) {
    return !item.second.busy && !item.second.waiting && log_.find(item.first) == nullptr;
  });
}

}  // namespace tocsin::notifiers
