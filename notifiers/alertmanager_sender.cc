#include "notifiers/alertmanager_sender.h"

#include <algorithm>
#include <deque>
#include <map>

#include "engine/base/json_writer.h"
#include "notifiers/data.h"

namespace tocsin::notifiers {

namespace {

std::string time_text(base::TimestampMs t) {
  return t == 0 ? "0001-01-01T00:00:00.000Z" : base::format_rfc3339_ms(t);
}

base::MetricLabels labels_of(const std::string& url) { return {{"alertmanager", url}}; }

/// The alert as its receivers see it: external labels where it has none of its own, relabelled.
/// False: dropped.
bool transform(base::Alert& alert, const base::Labels& external,
               std::span<const base::RelabelRule> rules) {
  base::LabelsBuilder labels(alert.labels);
  for (size_t i = 0; i < external.size(); ++i) {
    if (labels.get(external[i].name).empty()) labels.set(external[i].name, external[i].value);
  }
  if (!base::relabel(rules, labels)) return false;
  alert.labels = labels.build();
  return !alert.labels.empty();
}

}  // namespace

std::string alerts_body(const std::vector<base::Alert>& alerts) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_array();
  for (const base::Alert& alert : alerts) {
    json.begin_object();
    write_labels(json.key("annotations"), alert.annotations);
    json.field("endsAt", time_text(alert.ends_at)).field("startsAt", time_text(alert.starts_at));
    json.field_unless_empty("generatorURL", alert.generator_url);
    write_labels(json.key("labels"), alert.labels);
    json.end_object();
  }
  json.end_array();
  return body;
}

/// One Alertmanager.
struct AlertmanagerSender::Queue {
  std::string url;
  base::DurationMs timeout = 0;
  std::shared_ptr<net::HttpClient> client;
  std::deque<base::Alert> waiting;
  bool sending = false;
  bool removed = false;  ///< Not configured any more, or replaced; what waits is still sent.
};

struct AlertmanagerSender::Entry {
  std::vector<base::RelabelRule> alert_relabel;
  std::vector<std::shared_ptr<Queue>> queues;
};

/// Used on the loop only.
struct AlertmanagerSender::State : std::enable_shared_from_this<AlertmanagerSender::State> {
  explicit State(SenderWorld sender_world) : world(std::move(sender_world)) {}

  template <class Work>
  void post(Work work) {
    world.loop.post([self = weak_from_this(), work = std::move(work)] {
      if (const auto state = self.lock()) work(*state);
    });
  }
  base::Counter& count(std::string_view name, std::string_view help, const std::string& url) {
    return world.metrics.counter(name, help, labels_of(url));
  }
  void show_length(const Queue& queue) {
    if (queue.removed) return;
    world.metrics
        .gauge("prometheus_notifications_queue_length", "Alerts that wait for an Alertmanager.",
               labels_of(queue.url))
        .set(static_cast<double>(queue.waiting.size()));
  }
  void retire(Queue& queue);
  void adopt(std::vector<Entry> fresh);
  void enqueue(const std::vector<base::Alert>& alerts);
  void push(Queue& queue, base::Alert alert);
  void send_next(const std::shared_ptr<Queue>& queue);
  void on_answer(const std::shared_ptr<Queue>& queue, size_t count, int64_t started_ns,
                 const base::Result<net::HttpResponse>& answer);

  SenderWorld world;
  std::vector<base::RelabelRule> alert_relabel;
  base::Labels external_labels;
  std::vector<Entry> entries;
};

/// The Alertmanager is no longer configured.
void AlertmanagerSender::State::retire(Queue& queue) {
  queue.removed = true;
  world.metrics.remove("prometheus_notifications_queue_length", labels_of(queue.url));
}

/// Takes over what waits in the old queues of the same address.
void AlertmanagerSender::State::adopt(std::vector<Entry> fresh) {
  std::map<std::string, std::shared_ptr<Queue>> old;
  for (const Entry& entry : entries) {
    for (const auto& queue : entry.queues) old.emplace(queue->url, queue);
  }
  size_t discovered = 0;
  for (Entry& entry : fresh) {
    for (auto& queue : entry.queues) {
      ++discovered;
      const auto found = old.find(queue->url);
      if (found != old.end()) {
        queue->waiting = std::exchange(found->second->waiting, {});
        found->second->removed = true;
        old.erase(found);
      }
      count("prometheus_notifications_sent_total", "Alerts sent to an Alertmanager.", queue->url);
      count("prometheus_notifications_errors_total", "Alerts whose sending failed.", queue->url);
      count("prometheus_notifications_dropped_total", "Alerts that were given up.", queue->url);
    }
  }
  for (const auto& [url, queue] : old) retire(*queue);
  entries = std::move(fresh);
  world.metrics.gauge("prometheus_notifications_queue_capacity", "Alerts that a queue holds.")
      .set(static_cast<double>(kAlertmanagerQueueMax));
  world.metrics
      .gauge("prometheus_notifications_alertmanagers_discovered", "Alertmanagers that are told.")
      .set(static_cast<double>(discovered));
  for (const Entry& entry : entries) {
    for (const auto& queue : entry.queues) send_next(queue);
  }
}

void AlertmanagerSender::State::enqueue(const std::vector<base::Alert>& alerts) {
  for (base::Alert alert : alerts) {
    if (!transform(alert, external_labels, alert_relabel)) continue;
    for (const Entry& entry : entries) {
      base::Alert own = alert;
      if (!transform(own, {}, entry.alert_relabel)) continue;
      for (const auto& queue : entry.queues) push(*queue, own);
    }
  }
  for (const Entry& entry : entries) {
    for (const auto& queue : entry.queues) send_next(queue);
  }
}

void AlertmanagerSender::State::push(Queue& queue, base::Alert alert) {
  if (queue.waiting.size() >= kAlertmanagerQueueMax) {
    queue.waiting.pop_front();
    count("prometheus_notifications_dropped_total", "Alerts that were given up.", queue.url).add();
  }
  queue.waiting.push_back(std::move(alert));
}

void AlertmanagerSender::State::send_next(const std::shared_ptr<Queue>& queue) {
  show_length(*queue);
  if (queue->sending || queue->waiting.empty()) return;
  queue->sending = true;
  const auto size = static_cast<ptrdiff_t>(std::min(queue->waiting.size(), kAlertmanagerBatchMax));
  const std::vector<base::Alert> batch(queue->waiting.begin(), queue->waiting.begin() + size);
  queue->waiting.erase(queue->waiting.begin(), queue->waiting.begin() + size);
  show_length(*queue);
  net::HttpRequest request;
  request.method = "POST";
  request.url = queue->url;
  request.headers = {{"Content-Type", "application/json"}, {"User-Agent", "Tocsin"}};
  request.body = alerts_body(batch);
  request.timeout = queue->timeout;
  queue->client->send(std::move(request), [self = weak_from_this(), queue, count = batch.size(),
                                           started_ns = world.clock.steady_ns()](
                                              base::Result<net::HttpResponse> answer) {
    if (const auto state = self.lock()) {
      state->on_answer(queue, count, started_ns, answer);
    }
  });
}

void AlertmanagerSender::State::on_answer(const std::shared_ptr<Queue>& queue, size_t alerts,
                                          int64_t started_ns,
                                          const base::Result<net::HttpResponse>& answer) {
  queue->sending = false;
  const double number = static_cast<double>(alerts);
  count("prometheus_notifications_sent_total", "Alerts sent to an Alertmanager.", queue->url)
      .add(number);
  world.metrics
      .histogram("prometheus_notifications_latency_histogram_seconds",
                 "Time a request to an Alertmanager took.", {0.01, 0.1, 1, 10},
                 labels_of(queue->url))
      .observe(static_cast<double>(world.clock.steady_ns() - started_ns) / 1e9);
  if (!answer || answer->status / 100 != 2) {
    count("prometheus_notifications_errors_total", "Alerts whose sending failed.", queue->url)
        .add(number);
    count("prometheus_notifications_dropped_total", "Alerts that were given up.", queue->url)
        .add(number);
    world.log.error("Error sending alerts",
                    {{"alertmanager", queue->url},
                     {"count", std::to_string(alerts)},
                     {"err", answer ? "bad response status " + std::to_string(answer->status)
                                    : answer.error().message}});
  }
  // Posted, so that a client that answers at once does not nest.
  post([queue](State& state) { state.send_next(queue); });
}

AlertmanagerSender::AlertmanagerSender(SenderWorld world)
    : state_(std::make_shared<State>(std::move(world))) {}

AlertmanagerSender::~AlertmanagerSender() = default;

base::Status AlertmanagerSender::apply(const AlertingConfig& config,
                                       const base::Labels& external_labels) {
  ASSIGN_OR_RETURN(const auto commit, prepare(config, external_labels));
  commit();
  return {};
}

base::Result<std::function<void()>> AlertmanagerSender::prepare(
    const AlertingConfig& config, const base::Labels& external_labels) {
  std::vector<Entry> entries;
  for (const AlertmanagerEntry& configured : config.alertmanagers) {
    Entry& entry = entries.emplace_back();
    entry.alert_relabel = configured.alert_relabel;
    auto client = state_->world.make_client(configured.http);
    if (!client) return base::at(std::move(client).error(), configured.where);
    const std::shared_ptr<net::HttpClient> shared = *std::move(client);
    for (const std::string& url : configured.urls) {
      entry.queues.push_back(std::make_shared<Queue>());
      entry.queues.back()->url = url;
      entry.queues.back()->timeout = configured.timeout;
      entry.queues.back()->client = shared;
    }
  }
  return std::function<void()>([this, entries, relabel = config.alert_relabel, external_labels] {
    state_->post([entries, relabel, external_labels](State& state) {
      state.alert_relabel = relabel;
      state.external_labels = external_labels;
      state.adopt(entries);
    });
  });
}

size_t AlertmanagerSender::pending() const {
  size_t out = 0;
  for (const Entry& entry : state_->entries) {
    for (const auto& queue : entry.queues) out += queue->waiting.size() + (queue->sending ? 1 : 0);
  }
  return out;
}

void AlertmanagerSender::on_alerts(const std::vector<base::Alert>& alerts) {
  state_->post([alerts](State& state) { state.enqueue(alerts); });
}

}  // namespace tocsin::notifiers
