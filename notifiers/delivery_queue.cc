#include "notifiers/delivery_queue.h"

#include <algorithm>
#include <map>
#include <utility>

#include "notifiers/http_post.h"

namespace tocsin::notifiers {

/// One delivery on its way.
struct DeliveryQueue::Job {
  Delivery delivery;
  DeliveryReport report;
  int64_t attempt_started_ns = 0;
};

/// Shared with callbacks, which may come after the queue is gone.
struct DeliveryQueue::State : std::enable_shared_from_this<DeliveryQueue::State> {
  State(std::string queue_name, std::shared_ptr<Notifier> queue_notifier, RetryPolicy retry_policy,
        DeliveryWorld queue_world)
      : name(std::move(queue_name)),
        notifier(std::move(queue_notifier)),
        policy(retry_policy),
        world(std::move(queue_world)),
        random(world.seed) {}

  void pump();
  void attempt(std::shared_ptr<Job> job);
  void on_outcome(const std::shared_ptr<Job>& job, Outcome outcome);
  void retry_later(const std::shared_ptr<Job>& job, const Outcome& outcome);
  void finish(const std::shared_ptr<Job>& job, Outcome outcome);
  void close();
  void log_failure(const Job& job, const Outcome& outcome) const;

  std::string name;
  std::shared_ptr<Notifier> notifier;
  RetryPolicy policy;
  DeliveryWorld world;
  std::mt19937_64 random;
  std::deque<std::shared_ptr<Job>> ready;  ///< Wait for one of kAttemptsAtOnce.
  std::map<base::TimerId, std::shared_ptr<Job>> backing_off;
  size_t running = 0;
  bool closed = false;
};

void DeliveryQueue::State::pump() {
  while (!closed && running < kAttemptsAtOnce && !ready.empty()) {
    std::shared_ptr<Job> job = std::move(ready.front());
    ready.pop_front();
    attempt(std::move(job));
  }
}

void DeliveryQueue::State::attempt(std::shared_ptr<Job> job) {
  const base::TimestampMs now = world.clock.now();
  if (now >= job->delivery.deadline) {
    // It waited its whole time behind others.
    Outcome late = Outcome::retry(
        job->report.last_error.empty() ? "context deadline exceeded" : job->report.last_error,
        FailureReason::kContextDeadlineExceeded);
    finish(job, std::move(late));
    return;
  }
  ++running;
  ++job->report.attempts;
  job->report.last_attempt = now;
  job->report.next_attempt = 0;
  job->attempt_started_ns = world.clock.steady_ns();
  const base::DurationMs left = job->delivery.deadline - now;
  auto done = [self = shared_from_this(), job](Outcome outcome) {
    // Never from inside notify(): the loop's stack stays flat and callers stay simple.
    self->world.loop.post([self, job, outcome = std::move(outcome)]() mutable {
      self->on_outcome(job, std::move(outcome));
    });
  };
  notifier->notify(job->delivery.notification, std::min(left, kAttemptTimeout), std::move(done));
}

void DeliveryQueue::State::on_outcome(const std::shared_ptr<Job>& job, Outcome outcome) {
  --running;
  const int64_t elapsed_ns = world.clock.steady_ns() - job->attempt_started_ns;
  world.metrics.requests->add();
  world.metrics.latency_seconds->observe(static_cast<double>(elapsed_ns) / 1e9);
  if (outcome.kind != Outcome::Kind::kSent) world.metrics.requests_failed->add();
  if (outcome.kind == Outcome::Kind::kRetry) {
    retry_later(job, outcome);
  } else {
    finish(job, std::move(outcome));
  }
  pump();
}

void DeliveryQueue::State::retry_later(const std::shared_ptr<Job>& job, const Outcome& outcome) {
  if (outcome.error != job->report.last_error) {
    world.log.warn("Notify attempt failed, will retry later",
                   {{"receiver", name},
                    {"group_key", job->delivery.notification->group_key},
                    {"attempts", std::to_string(job->report.attempts)},
                    {"err", outcome.error}});
  }
  job->report.last_error = outcome.error;
  const double random_share = std::uniform_real_distribution<double>(0.0, 1.0)(random);
  const base::TimestampMs at = next_attempt_at(policy, {.number = job->report.attempts,
                                                        .started_at = job->report.last_attempt,
                                                        .now = world.clock.now(),
                                                        .retry_after = outcome.retry_after,
                                                        .random = random_share});
  if (closed || at >= job->delivery.deadline) {
    finish(job, outcome);
    return;
  }
  job->report.next_attempt = at;
  if (job->delivery.on_progress) job->delivery.on_progress(job->report);
  auto id = std::make_shared<base::TimerId>(0);
  *id = world.loop.call_at(at, [self = shared_from_this(), id] {
    auto node = self->backing_off.extract(*id);
    if (node.empty()) return;
    self->ready.push_back(std::move(node.mapped()));
    self->pump();
  });
  backing_off.emplace(*id, job);
}

void DeliveryQueue::State::close() {
  closed = true;
  for (const auto& [id, job] : backing_off) {
    world.loop.cancel(id);
    ready.push_back(job);
  }
  backing_off.clear();
  world.loop.post([self = shared_from_this(), jobs = std::exchange(ready, {})] {
    for (const auto& job : jobs) {
      self->finish(job, Outcome::retry("context canceled", FailureReason::kContextCanceled));
    }
  });
}

void DeliveryQueue::State::log_failure(const Job& job, const Outcome& outcome) const {
  if (closed) {
    world.log.debug("Notify canceled by a new configuration", {{"receiver", name}});
    return;
  }
  const std::string why = outcome.kind == Outcome::Kind::kPermanent
                              ? "notify retry canceled due to unrecoverable error after "
                              : "notify retry canceled after ";
  world.log.error("Notify for alerts failed",
                  {{"receiver", name},
                   {"group_key", job.delivery.notification->group_key},
                   {"err", name + ": " + why + std::to_string(job.report.attempts) +
                               " attempts: " + outcome.error}});
}

void DeliveryQueue::State::finish(const std::shared_ptr<Job>& job, Outcome outcome) {
  if (outcome.kind == Outcome::Kind::kSent) {
    if (job->report.attempts > 1) {
      world.log.info("Notify success", {{"receiver", name},
                                        {"group_key", job->delivery.notification->group_key},
                                        {"attempts", std::to_string(job->report.attempts)}});
    }
  } else {
    world.metrics.notifications_failed[static_cast<size_t>(outcome.reason)]->add();
    log_failure(*job, outcome);
  }
  job->delivery.done(std::move(outcome));
}

DeliveryQueue::DeliveryQueue(std::string name, std::shared_ptr<Notifier> notifier,
                             RetryPolicy policy, DeliveryWorld world)
    : state_(std::make_shared<State>(std::move(name), std::move(notifier), policy,
                                     std::move(world))) {}

DeliveryQueue::~DeliveryQueue() { state_->close(); }

void DeliveryQueue::submit(Delivery delivery) {
  state_->world.metrics.notifications->add();
  auto job = std::make_shared<Job>();
  job->delivery = std::move(delivery);
  if (waiting() < kDeliveriesMax) {
    state_->ready.push_back(std::move(job));
    state_->world.loop.post([state = state_] { state->pump(); });
    return;
  }
  state_->world.loop.post([state = state_, job = std::move(job)] {
    const std::string bound = std::to_string(kDeliveriesMax);
    state->finish(job, Outcome::retry("more than " + bound + " deliveries wait"));
  });
}

size_t DeliveryQueue::waiting() const { return state_->ready.size() + state_->backing_off.size(); }

const std::string& DeliveryQueue::name() const { return state_->name; }

}  // namespace tocsin::notifiers
