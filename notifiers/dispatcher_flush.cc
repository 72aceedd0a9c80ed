// The dispatcher's looks at groups: decide per integration, deliver, remember.
#include "notifiers/dispatcher_state.h"

namespace tocsin::notifiers {

void Dispatcher::State::flush(const GroupPtr& group, base::TimestampMs now) {
  auto flush = std::make_shared<Flush>();
  flush->alerts = group->batch(now);
  if (flush->alerts.empty()) return;
  flush->group = group;
  flush->group_key = group->key;
  flush->group_labels = group->labels;
  flush->timing = group->route->timing();
  flush->tick = now;
  Notification batch;
  batch.receiver = group->route->receiver();
  batch.group_key = group->key;
  batch.group_labels = group->labels;
  batch.external_url = world_.external_url;
  batch.now = now;
  batch.alerts = flush->alerts;
  flush->route_labels = setup_->route_labels.at(group->route).render(batch, world_.log);

  const Receiver& receiver = setup_->receiver(group->route->receiver());
  flush->outstanding = receiver.integrations.size() + 1;
  for (size_t i = 0; i < receiver.integrations.size(); ++i) start_task({flush, receiver.name, i});
  // The flush itself: so that a receiver without integrations succeeds, too.
  finish_task(flush, true);
}

std::string Dispatcher::State::log_key(const Task& task) const {
  const Integration& integration = setup_->receiver(task.receiver).integrations[task.integration];
  return notify_log_key(task.flush->group_key, task.receiver, integration.kind, integration.index);
}

/// Decides for one integration. While an earlier delivery of the same group to the same integration
/// is in progress the look waits; only the newest one does, and siblings go on.
void Dispatcher::State::start_task(Task task) {
  const std::string key = log_key(task);
  Slot& slot = slots_[key];
  if (slot.busy) {
    if (slot.waiting) finish_task(slot.waiting->flush, false);
    slot.waiting = std::move(task);
    return;
  }
  const Integration& integration = setup_->receiver(task.receiver).integrations[task.integration];
  Decision decision = decide({.alerts = task.flush->alerts,
                              .last = log_.find(key),
                              .send_resolved = integration.send_resolved,
                              .repeat_interval = task.flush->timing.repeat_interval,
                              .now = task.flush->tick});
  switch (decision.verdict) {
    case Verdict::kNothing:
      finish_task(task.flush, true);
      return;
    case Verdict::kRecordOnly: {
      const NotifyLogEntry* last = log_.find(key);
      record(key, *task.flush, decision.hashes,
             last != nullptr ? last->receiver_data : ReceiverData{});
      finish_task(task.flush, true);
      return;
    }
    case Verdict::kSend:
      deliver(task, key, std::move(decision));
      return;
  }
}

void Dispatcher::State::deliver(const Task& task, const std::string& key, Decision decision) {
  Slot& slot = slots_[key];
  slot.busy = true;
  slot.status.last_reason = decision.reason;
  slot.status.attempts = 0;
  auto notification = std::make_shared<Notification>();
  notification->receiver = task.receiver;
  notification->group_key = task.flush->group_key;
  notification->group_labels = task.flush->group_labels;
  notification->route_labels = task.flush->route_labels;
  notification->reason = decision.reason;
  notification->external_url = world_.external_url;
  notification->now = world_.clock.now();
  notification->alerts = std::move(decision.alerts);
  const NotifyLogEntry* last = log_.find(key);
  // After a full resolve a new conversation begins.
  if (last != nullptr && decision.reason != NotifyReason::kFirstNotification) {
    notification->receiver_data = last->receiver_data;
  }
  Delivery delivery;
  delivery.deadline = flush_deadline(task.flush->timing, task.flush->tick);
  delivery.done = [self = weak_from_this(), key, task, hashes = std::move(decision.hashes),
                   carried = notification->receiver_data](Outcome outcome) {
    const auto state = self.lock();
    if (!state) return;
    const std::lock_guard lock(state->mutex_);
    state->on_delivered(key, task, hashes, carried, std::move(outcome));
  };
  delivery.on_progress = [self = weak_from_this(), key](const DeliveryReport& report) {
    const auto state = self.lock();
    if (!state) return;
    const std::lock_guard lock(state->mutex_);
    DeliveryStatus& status = state->slots_[key].status;
    status.attempts = report.attempts;
    status.last_error = report.last_error;
    status.next_attempt = report.next_attempt;
  };
  delivery.notification = std::move(notification);
  const Integration& integration = setup_->receiver(task.receiver).integrations[task.integration];
  integration.queue->submit(std::move(delivery));
}

void Dispatcher::State::on_delivered(const std::string& key, const Task& task,
                                     const AlertHashes& hashes, ReceiverData carried,
                                     Outcome outcome) {
  const bool ok = outcome.kind == Outcome::Kind::kSent;
  if (ok) {
    if (outcome.receiver_data) carried = std::move(*outcome.receiver_data);
    record(key, *task.flush, hashes, std::move(carried));
  }
  Slot& slot = slots_[key];
  slot.busy = false;
  slot.status.last_error = std::move(outcome.error);
  slot.status.next_attempt = 0;
  finish_task(task.flush, ok);
  if (!slot.waiting) return;
  Task next = std::move(*slot.waiting);
  slot.waiting.reset();
  start_task(std::move(next));
}

void Dispatcher::State::record(const std::string& key, const Flush& flush,
                               const AlertHashes& hashes, ReceiverData data) {
  const base::TimestampMs now = world_.clock.now();
  log_.record(key, {.firing = hashes.firing,
                    .resolved = hashes.resolved,
                    .timestamp = now,
                    .expires_at = now + 2 * flush.timing.repeat_interval,
                    .receiver_data = std::move(data)});
}

void Dispatcher::State::finish_task(const FlushPtr& flush, bool ok) {
  flush->failed = flush->failed || !ok;
  if (--flush->outstanding != 0 || flush->failed) return;
  const auto group = flush->group.lock();
  if (!group) return;
  group->forget_resolved(flush->alerts);
  if (group->alerts.empty()) remove_group(group);
}

}  // namespace tocsin::notifiers
