#include "notifiers/dispatcher.h"

#include <algorithm>

#include "notifiers/dispatcher_state.h"
#include "notifiers/fingerprint.h"

namespace tocsin::notifiers {

namespace {

std::string integration_name(const Integration& integration) {
  return integration.kind + '[' + std::to_string(integration.index) + ']';
}

}  // namespace

double Dispatcher::State::count_alerts(bool resolved) const {
  const std::lock_guard lock(mutex_);
  const base::TimestampMs now = world_.clock.now();
  const auto& alerts = store_.alerts();
  return static_cast<double>(std::count_if(alerts.begin(), alerts.end(), [&](const auto& item) {
    return item.second.resolved_at(now) == resolved;
  }));
}

AlertStatus Dispatcher::State::status_of(const base::Alert& alert) const {
  AlertStatus status{alert, fingerprint(alert.labels), {}};
  if (!setup_) return status;
  for (const Route* node : setup_->routes.match(alert.labels)) {
    status.receivers.push_back(node->receiver());
  }
  return status;
}

GroupStatus Dispatcher::State::status_of(const AlertGroup& group, base::TimestampMs now) const {
  GroupStatus status;
  status.key = group.key;
  status.labels = group.labels;
  status.receiver = group.route->receiver();
  status.next_flush = group.next_flush;
  Notification batch;
  batch.receiver = status.receiver;
  batch.group_key = group.key;
  batch.group_labels = group.labels;
  batch.external_url = world_.external_url;
  batch.now = now;
  batch.alerts = group.batch(now);
  status.route_labels = setup_->route_labels.at(group.route).render(batch, base::Log::none());
  for (const NotifiedAlert& item : batch.alerts) {
    if (!item.resolved) status.alerts.push_back(status_of(group.alerts.at(item.alert.labels)));
  }
  const Receiver& receiver = setup_->receiver(status.receiver);
  for (const Integration& integration : receiver.integrations) {
    const std::string key =
        notify_log_key(group.key, receiver.name, integration.kind, integration.index);
    DeliveryStatus delivery;
    if (const auto slot = slots_.find(key); slot != slots_.end()) {
      delivery = slot->second.status;
      delivery.in_progress = slot->second.busy;
    }
    if (const NotifyLogEntry* last = log_.find(key)) delivery.last_sent = last->timestamp;
    delivery.integration = integration_name(integration);
    status.deliveries.push_back(std::move(delivery));
  }
  return status;
}

std::vector<AlertStatus> Dispatcher::State::alerts() const {
  const std::lock_guard lock(mutex_);
  const base::TimestampMs now = world_.clock.now();
  std::vector<AlertStatus> out;
  for (const auto& [labels, alert] : store_.alerts()) {
    if (!alert.resolved_at(now)) out.push_back(status_of(alert));
  }
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return a.fingerprint < b.fingerprint; });
  return out;
}

std::vector<GroupStatus> Dispatcher::State::groups() const {
  const std::lock_guard lock(mutex_);
  const base::TimestampMs now = world_.clock.now();
  std::vector<GroupStatus> out;
  for (const auto& [id, group] : groups_) {
    GroupStatus status = status_of(*group, now);
    if (!status.alerts.empty()) out.push_back(std::move(status));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    if (a.labels != b.labels) return a.labels < b.labels;
    return a.receiver != b.receiver ? a.receiver < b.receiver : a.key < b.key;
  });
  return out;
}

std::vector<ReceiverStatus> Dispatcher::State::receivers() const {
  const std::lock_guard lock(mutex_);
  std::vector<ReceiverStatus> out;
  if (!setup_) return out;
  for (const Receiver& receiver : setup_->receivers) {
    ReceiverStatus& status = out.emplace_back(ReceiverStatus{receiver.name, receiver.labels, {}});
    for (const Integration& integration : receiver.integrations) {
      status.integrations.push_back(integration_name(integration));
    }
  }
  return out;
}

std::string Dispatcher::State::shown_config() const {
  const std::lock_guard lock(mutex_);
  return setup_ ? setup_->config.shown : std::string();
}

Dispatcher::Dispatcher(DispatcherWorld world) : state_(std::make_shared<State>(std::move(world))) {
  state_->start();
}

Dispatcher::~Dispatcher() { state_->close(); }

void Dispatcher::apply(std::unique_ptr<Setup> setup) { state_->apply(std::move(setup)); }

void Dispatcher::on_alerts(const std::vector<base::Alert>& alerts) { state_->enqueue(alerts); }

std::vector<AlertStatus> Dispatcher::alerts() const { return state_->alerts(); }

std::vector<GroupStatus> Dispatcher::groups() const { return state_->groups(); }

std::vector<ReceiverStatus> Dispatcher::receivers() const { return state_->receivers(); }

std::string Dispatcher::shown_config() const { return state_->shown_config(); }

}  // namespace tocsin::notifiers
