#include "engine/scrape/scrape_loop.h"

#include <algorithm>
#include <cstdlib>

#include "engine/base/number.h"
#include "engine/net/reply.h"
#include "engine/scrape/negotiation.h"

namespace tocsin::scrape {

using base::Code;
using base::Error;
using base::Labels;
using base::Result;
using base::Status;

namespace {

constexpr double kNsPerSecond = 1e9;
/// Bodies above this are read on the executor: some 2,000 known lines take 50 µs.
constexpr size_t kInlineBytesMax = 256u << 10;
/// When a target's job sets no body_size_limit.
constexpr uint64_t kBodyBytesMax = 256u << 20;
/// A scrape that starts this little late gets the timestamp it should have.
constexpr base::DurationMs kTimestampTolerance = 2;

constexpr const char* kUserAgent = "Tocsin";

constexpr std::string_view kReport[] = {
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
    "scrape_timeout_seconds",
    "scrape_sample_limit",
    "scrape_body_size_bytes",
};
constexpr size_t kReportAlways = 5;  ///< The rest: only with extra_scrape_metrics.

std::vector<Labels> report_series(const Labels& target, const ScrapeConfig& config) {
  const size_t count = config.common.extra_metrics ? std::size(kReport) : kReportAlways;
  std::vector<Labels> out;
  for (size_t i = 0; i < count; ++i) out.push_back(target.with(base::kMetricName, kReport[i]));
  return out;
}

}  // namespace

std::string_view to_string(TargetHealth health) {
  switch (health) {
    case TargetHealth::kUnknown:
      return "unknown";
    case TargetHealth::kUp:
      return "up";
    case TargetHealth::kDown:
      return "down";
  }
  return "unknown";
}

ScrapeLoop::ScrapeLoop(std::shared_ptr<ScrapeContext> context, Target target,
                       ScrapeConfigPtr config, std::shared_ptr<net::HttpClient> client)
    : context_(std::move(context)),
      environment_(context_->environment),
      metrics_(context_->metrics),
      target_(std::move(target)),
      config_(std::move(config)),
      client_(std::move(client)),
      request_(make_request()),
      intake_(environment_.sink.open_stream("target " + target_.url), target_.labels,
              environment_.type_labels) {
  intake_.set_policy(config_->intake);
  intake_.set_report(report_series(target_.labels, *config_));
}

Target ScrapeLoop::target() const {
  const std::lock_guard lock(mutex_);
  return target_;
}

TargetState ScrapeLoop::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void ScrapeLoop::force_error(std::string error) {
  const std::lock_guard lock(mutex_);
  forced_error_ = std::move(error);
}

void ScrapeLoop::start() {
  const std::lock_guard lock(mutex_);
  schedule();
}

void ScrapeLoop::go_on(Target target, ScrapeConfigPtr config,
                       std::shared_ptr<net::HttpClient> client) {
  {
    const std::lock_guard lock(mutex_);
    target_ = target;
    request_ = make_request();
    if (config == config_) return;
  }
  const std::lock_guard intake_lock(intake_mutex_);
  const std::lock_guard lock(mutex_);
  config_ = std::move(config);
  client_ = std::move(client);
  request_ = make_request();
  intake_.set_policy(config_->intake);
  intake_.set_report(report_series(target_.labels, *config_));
  if (in_flight_ || stopped_) return;
  environment_.loop.cancel(timer_);
  schedule();
}

void ScrapeLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    environment_.loop.cancel(timer_);
  }
  const std::lock_guard finished(intake_mutex_);
}

void ScrapeLoop::retire(std::function<void()> done) {
  const std::lock_guard lock(mutex_);
  environment_.loop.cancel(timer_);
  stopped_ = true;
  const base::TimestampMs end = next_tick(environment_.clock.now());
  const base::TimestampMs when = end + target_.interval + target_.interval / 10;
  timer_ = environment_.loop.call_at(when, [self = shared_from_this(), end,
                                            done = std::move(done)] {
    {
      const std::lock_guard intake_lock(self->intake_mutex_);
      if (const Status status = self->intake_.close(end); !status.ok()) {
        self->environment_.log.warn("no stale markers for a target that is gone",
                                    {{"url", self->target().url}, {"error", status.to_string()}});
      }
    }
    done();
  });
}

base::TimestampMs ScrapeLoop::next_tick(base::TimestampMs now) const {
  const base::DurationMs since =
      (now - target_.offset(environment_.offset_seed)) % target_.interval;
  return now - since + target_.interval;
}

/// Requires mutex_.
void ScrapeLoop::schedule() {
  if (stopped_) return;
  const base::TimestampMs when = next_tick(environment_.clock.now());
  timer_ = environment_.loop.call_at(when, [weak = weak_from_this(), when] {
    if (const auto self = weak.lock()) self->tick(when);
  });
}

net::HttpRequest ScrapeLoop::make_request() const {
  net::HttpRequest out;
  out.url = target_.url;
  out.timeout = target_.timeout;
  const uint64_t limit = config_->common.body_bytes_max;
  // Upstream refuses a body of exactly the limit, too.
  out.body_bytes_max = limit != 0 ? limit - 1 : kBodyBytesMax;
  std::string timeout;
  base::append_general(timeout, static_cast<double>(target_.timeout) / base::kSecond);
  out.headers = {{"Accept", config_->accept},
                 {"User-Agent", kUserAgent},
                 {"X-Prometheus-Scrape-Timeout-Seconds", std::move(timeout)}};
  if (!config_->enable_compression) out.headers.emplace_back("Accept-Encoding", "identity");
  return out;
}

void ScrapeLoop::tick(base::TimestampMs scheduled) {
  Attempt attempt;
  std::string forced;
  net::HttpRequest request;
  std::shared_ptr<net::HttpClient> client;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    const base::TimestampMs now = environment_.clock.now();
    const base::DurationMs tolerance = std::min(target_.interval / 100, kTimestampTolerance);
    // Far from it, the clock has jumped: what it says now counts.
    attempt.t = std::abs(now - scheduled) <= tolerance ? scheduled : now;
    attempt.start_ns = environment_.clock.steady_ns();
    attempt.config = config_;
    client = client_;
    attempt.client = client_;
    forced = forced_error_;
    request = request_;
    in_flight_ = true;
  }
  if (!forced.empty()) {
    store(attempt, Error{Code::kLimit, std::move(forced)});
    return;
  }
  client->send(std::move(request), [weak = weak_from_this(), attempt](auto response) {
    if (const auto self = weak.lock()) self->on_response(attempt, std::move(response));
  });
}

Result<std::string> ScrapeLoop::body_of(const Attempt& attempt,
                                        Result<net::HttpResponse> response) const {
  if (!response) {
    const bool too_large = response.error().code == Code::kLimit;
    if (too_large) metrics_.body_limit.add();
    if (too_large) return Error{Code::kLimit, "body size limit exceeded"};
    return std::move(response).error();
  }
  constexpr int kOk = 200;
  if (response->status != kOk) {
    // HTTP/2 has no words of the server's own.
    const std::string_view reason =
        response->reason.empty() ? net::status_text(response->status) : response->reason;
    return Error{Code::kUnavailable, "server returned HTTP status " +
                                         std::to_string(response->status) +
                                         (reason.empty() ? "" : " ") + std::string(reason)};
  }
  RETURN_IF_ERROR(
      check_content_type(response->header("content-type"), attempt.config->falls_back_to_text));
  return std::move(response->body);
}

void ScrapeLoop::on_response(const Attempt& attempt, Result<net::HttpResponse> response) {
  Result<std::string> body = body_of(attempt, std::move(response));
  if (!body || body->size() <= kInlineBytesMax) {
    store(attempt, std::move(body));
    return;
  }
  // std::function wants copies, a body does not: it travels in a shared box.
  auto box = std::make_shared<Result<std::string>>(std::move(body));
  environment_.executor.submit(
      [self = shared_from_this(), attempt, box] { self->store(attempt, std::move(*box)); });
}

std::vector<double> ScrapeLoop::report(const Attempt& attempt, bool up, int64_t body_bytes) const {
  const IntakeCounts& counts = intake_.counts();
  const int64_t elapsed = environment_.clock.steady_ns() - attempt.start_ns;
  std::vector<double> out{up ? 1.0 : 0.0, static_cast<double>(elapsed) / kNsPerSecond,
                          static_cast<double>(counts.scraped),
                          static_cast<double>(counts.after_relabel),
                          static_cast<double>(counts.series_added)};
  if (!attempt.config->common.extra_metrics) return out;
  out.push_back(static_cast<double>(target().timeout) / base::kSecond);
  out.push_back(static_cast<double>(attempt.config->common.samples_max));
  out.push_back(static_cast<double>(body_bytes));
  return out;
}

/// Reads the body if there is one and publishes the column. `up`: everything worked.
Status ScrapeLoop::write(const Attempt& attempt, Result<std::string>& body, bool& up) {
  Status outcome;
  const bool too_large = !body && body.error().code == Code::kLimit;
  const int64_t bytes = body ? static_cast<int64_t>(body->size()) : too_large ? -1 : 0;
  if (body) {
    outcome = intake_.read(*body, attempt.t);
  } else {
    intake_.reset_counts();
    outcome = body.error();
  }
  up = outcome.ok();
  if (!up) RETURN_IF_ERROR(intake_.read_nothing(attempt.t));
  RETURN_IF_ERROR(intake_.commit(report(attempt, up, bytes)));
  if (environment_.committed) environment_.committed(intake_.writer());
  return outcome;
}

void ScrapeLoop::store(const Attempt& attempt, Result<std::string> body) {
  const std::lock_guard intake_lock(intake_mutex_);
  if (stopped_) return;
  bool up = false;
  const Status outcome = write(attempt, body, up);
  if (const auto client = attempt.client.lock(); client && body) {
    client->recycle(*std::move(body));
  }
  const IntakeCounts& counts = intake_.counts();
  metrics_.count(counts);
  const uint64_t limit = attempt.config->common.samples_max;
  if (limit != 0 && counts.after_relabel > limit) metrics_.sample_limit.add();
  if (counts.series_refused != 0) {
    environment_.log.error(
        "the store has no room for new series of a target",
        {{"target", target().url}, {"series", std::to_string(counts.series_refused)}});
  }
  if (counts.duplicate + counts.out_of_order + counts.out_of_bounds != 0) {
    environment_.log.warn("a target sent samples that were not stored",
                          {{"target", target().url},
                           {"duplicate", std::to_string(counts.duplicate)},
                           {"out_of_order", std::to_string(counts.out_of_order)},
                           {"out_of_bounds", std::to_string(counts.out_of_bounds)}});
  }
  finish(attempt, outcome, counts.scraped);
}

void ScrapeLoop::finish(const Attempt& attempt, const Status& outcome, uint64_t samples) {
  const int64_t elapsed = environment_.clock.steady_ns() - attempt.start_ns;
  const std::lock_guard lock(mutex_);
  state_.health = outcome.ok() ? TargetHealth::kUp : TargetHealth::kDown;
  state_.last_error = outcome.ok() ? "" : outcome.error().message;
  state_.last_scrape = attempt.t;
  state_.last_duration_seconds = static_cast<double>(elapsed) / kNsPerSecond;
  state_.samples = samples;
  in_flight_ = false;
  schedule();
}

}  // namespace tocsin::scrape
