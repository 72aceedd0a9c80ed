#include "engine/app/daemon.h"

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "engine/api/alerts_v2_api.h"
#include "engine/api/call_limit.h"
#include "engine/api/explain_api.h"
#include "engine/api/pages.h"
#include "engine/api/query_api.h"
#include "engine/api/remote_write_api.h"
#include "engine/api/route_prefix.h"
#include "engine/api/rule_query_log.h"
#include "engine/api/rules_api.h"
#include "engine/api/series_api.h"
#include "engine/api/status_api.h"
#include "engine/api/targets_api.h"
#include "engine/api/tsdb_api.h"
#include "engine/app/daemon_metrics.h"
#include "engine/app/external_url.h"
#include "engine/app/heap_trimmer.h"
#include "engine/app/life_state.h"
#include "engine/app/loaded_files.h"
#include "engine/app/part_options.h"
#include "engine/app/process_metrics.h"
#include "engine/app/storage.h"
#include "engine/app/store_metrics.h"
#include "engine/app/version.h"
#include "engine/net/event_loop.h"
#include "engine/net/request_threads.h"
#include "engine/net/smtp_client.h"
#include "engine/tsdb/store.h"
#include "notifiers/alert_relabeller.h"
#include "notifiers/alertmanager_sender.h"
#include "notifiers/dispatcher.h"
#include "rules/manager.h"

namespace tocsin::app {
namespace {

constexpr base::DurationMs kHousekeepingInterval = 5 * base::kSecond;
constexpr base::DurationMs kDrainTime = 10 * base::kSecond;
constexpr base::DurationMs kDrainCheck = 20;
constexpr uint32_t kRequestThreadsMax = 1024;

// The parts in the order they are built. Threads: whoever starts and stops the daemon (one thread),
// the server's pool (requests, among them reloads), the two loops, the rules' pool.
//
// Ends from the outside in, each step with everything it uses still alive: no more requests, and
// those under way are over (stop() joins their pool); no more scrapes; no more evaluations. Then
// what lives on the main loop goes, on that loop; the members follow, loops before pools before
// the store. A start that fails half-way takes the same way with the parts it has.
class RunningDaemon final : public Daemon {
 public:
  RunningDaemon(const ServeFlags& flags, const base::Clock& clock, base::Files& files,
                base::Log log, Storage storage)
      : flags_(flags),
        clock_(clock),
        log_(std::move(log)),
        storage_(std::move(storage)),
        life_(clock.now()),
        store_(store_options(flags), clock),
        query_gate_(flags.query_concurrency_max, clock),
        query_log_(files, query_log_writer_, clock, log_),
        rule_query_log_(query_log_),
        query_log_writer_(1),
        rules_pool_(pool_threads()),
        query_helpers_(pool_threads() - 1),
        main_loop_(clock, "main"),
        scrape_loop_(clock, "scrape"),
        heap_(main_loop_, query_helpers_, clock),
        mail_(main_loop_),
        queries_({.source = store_,
                  .clock = clock,
                  .gate = query_gate_,
                  .active = storage_.active_queries.get(),
                  .log = &query_log_,
                  .subquery_step = &subquery_step_},
                 eval_options(flags, query_helpers_)),
        explanations_({.source = store_,
                       .clock = clock_,
                       .gate = query_gate_,
                       .active = storage_.active_queries.get(),
                       .log = nullptr,
                       .subquery_step = &subquery_step_},
                      eval_options(flags, query_helpers_)),
        http_threads_(std::make_unique<net::RequestThreads>(
            std::min(flags.web_connections_max, kRequestThreadsMax))) {}

  ~RunningDaemon() override {
    stop();
    scrapes_.reset();
    on_main_loop([this] {
      rules_.reset();
      dispatcher_.reset();
      sender_.reset();
    });
  }

  base::Status start() {
    ASSIGN_OR_RETURN(LoadedFiles files, load_files(flags_));
    RETURN_IF_ERROR(listen());
    external_url_ =
        flags_.external_url.empty() ? default_external_url(server_->port()) : flags_.external_url;
    make_parts(files.prometheus);
    mount_api();
    RETURN_IF_ERROR(apply(std::move(files)));
    on_main_loop([this] {
      rules_->start();
      schedule_housekeeping();
    });
    register_metrics();
    life_.ready.store(true);
    heap_.note_large();
    log_.info("Server is ready to receive web requests.",
              {{"address", listening_at()}, {"url", external_url_}});
    return {};
  }

  base::Status reload() override {
    const std::lock_guard lock(reload_mutex_);
    if (life_.stopping.load()) return base::Error{base::Code::kCancelled, "the server is stopping"};
    base::Status status = load_and_apply();
    life_.note_reload(status, clock_.now());
    heap_.note_large();
    if (status.ok()) {
      log_.info("Completed loading of configuration files", {{"file", flags_.config_file}});
    } else {
      log_.error("Error reloading config; the running configuration stays",
                 {{"err", status.to_string()}});
    }
    return status;
  }

  void stop() override {
    if (life_.stopping.exchange(true)) return;
    queries_.cancel();
    if (server_) server_->stop(kDrainTime);
    // Requests that the server gave up on still run; this waits for their end.
    http_threads_.reset();
    if (scrapes_) scrapes_->stop();
    if (rules_) stop_rules();
    if (sender_) drain_sender();
    on_main_loop([this] {
      main_loop_.cancel(housekeeping_timer_);
      heap_.stop();
    });
  }

  uint16_t port() const override { return server_->port(); }
  std::vector<rules::AlertView> alerts() const override { return rules_->alerts(); }

 private:
  /// The address of the flags with the port that was chosen if it names none.
  std::string listening_at() const {
    const std::string& asked = flags_.listen_address;
    return asked.substr(0, asked.rfind(':') + 1) + std::to_string(server_->port());
  }

  base::Status listen() {
    ASSIGN_OR_RETURN(
        server_, net::serve_http(
                     flags_.listen_address,
                     [this](const net::ServerRequest& request) {
                       const std::shared_ptr<const net::ServerHandler> handler = handler_.load();
                       if (handler != nullptr) return (*handler)(request);
                       return net::ServerResponse{.status = 503,
                                                  .content_type = "text/plain",
                                                  .headers = {},
                                                  .body = "Service Unavailable"};
                     },
                     *http_threads_, server_limits(flags_), log_.with_component("web")));
    return {};
  }

  auto client_maker(net::EventLoop& loop) {
    return [&loop](net::HttpClientConfig config) { return loop.make_client(std::move(config)); };
  }

  void make_parts(const PrometheusConfig& config) {
    scrapes_ = std::make_unique<scrape::ScrapeManager>(scrape::ScrapeEnvironment{
        .loop = scrape_loop_,
        .clock = clock_,
        .executor = rules_pool_,
        .sink = store_,
        .metrics = metrics_,
        .log = log_.with_component("scrape"),
        .make_client = client_maker(scrape_loop_),
        .offset_seed = scrape::fnv1a(host_name() + config.external_labels.to_braces()),
        .type_labels = type_labels(flags_),
        .committed = [this](uint32_t writer) { rules_->on_commit(writer); }});
    dispatcher_ = std::make_unique<notifiers::Dispatcher>(
        notifiers::DispatcherWorld{.loop = main_loop_,
                                   .clock = clock_,
                                   .log = log_.with_component("notify"),
                                   .metrics = metrics_,
                                   .external_url = external_url_});
    sender_ = std::make_unique<notifiers::AlertmanagerSender>(
        notifiers::SenderWorld{.loop = main_loop_,
                               .clock = clock_,
                               .log = log_.with_component("notify"),
                               .metrics = metrics_,
                               .make_client = client_maker(main_loop_)});
    std::vector<base::AlertSink*> sinks = {sender_.get()};
    relabeller_ = std::make_unique<notifiers::AlertRelabeller>(*dispatcher_);
    if (routes_here()) sinks.push_back(relabeller_.get());
    rules_ = std::make_unique<rules::Manager>(
        main_loop_, rules_pool_,
        rules::RuleServices{store_, store_, std::move(sinks), clock_, metrics_,
                            log_.with_component("rules"), &rule_query_log_},
        rules::RuleFlags{.resend_delay = flags_.resend_delay,
                         .early_evaluation = flags_.early_evaluation,
                         .eval = eval_options(flags_, rules_pool_)});
  }

  bool routes_here() const { return !flags_.notify_config_file.empty(); }

  base::Status load_and_apply() {
    ASSIGN_OR_RETURN(LoadedFiles files, load_files(flags_));
    return apply(std::move(files));
  }

  // Everything that can fail is made ready first, then the rules are applied, which changes all or
  // nothing; what follows cannot fail. So an error leaves everything as it was.
  base::Status apply(LoadedFiles files) {
    PrometheusConfig& config = files.prometheus;
    std::unique_ptr<notifiers::Setup> setup;
    if (files.notify) {
      ASSIGN_OR_RETURN(setup, notifiers::build_setup(*std::move(files.notify), receiver_world()));
    }
    ASSIGN_OR_RETURN(const auto change_sender,
                     sender_->prepare(config.alerting, config.external_labels));
    ASSIGN_OR_RETURN(const auto change_scrapes, scrapes_->prepare(config.scrape_configs));
    ASSIGN_OR_RETURN(const auto change_query_log,
                     query_log_.prepare(config.query_log_file.empty() ? flags_.query_log_file
                                                                      : config.query_log_file));
    RETURN_IF_ERROR(apply_rules(files));
    change_sender();
    relabeller_->apply(config.alerting.alert_relabel);
    change_scrapes();
    change_query_log();
    subquery_step_.store(config.evaluation_interval);
    if (setup) dispatcher_->apply(std::move(setup));
    for (const std::string& warning : config.warnings) log_.warn(warning);
    auto urls = std::make_shared<std::vector<std::string>>();
    for (const auto& entry : config.alerting.alertmanagers) {
      urls->insert(urls->end(), entry.urls.begin(), entry.urls.end());
    }
    alertmanager_urls_.store(std::move(urls));
    shown_config_.store(std::make_shared<const std::string>(std::move(config.shown)));
    return {};
  }

  base::Status apply_rules(const LoadedFiles& files) {
    const PrometheusConfig& config = files.prometheus;
    const rules::RuleSettings settings{.evaluation_interval = config.evaluation_interval,
                                       .query_offset = config.rule_query_offset,
                                       .names = {config.external_labels, external_url_}};
    rules::RuleErrors errors;
    on_main_loop([&] { errors = rules_->apply(files.rules, settings); });
    if (!errors.empty()) return join_errors(errors);
    return {};
  }

  notifiers::ReceiverWorld receiver_world() {
    return {.loop = main_loop_,
            .clock = clock_,
            .log = log_.with_component("notify"),
            .metrics = metrics_,
            .make_client = client_maker(main_loop_),
            .send_mail =
                [this](net::SmtpMessage message, net::SmtpCallback done) {
                  mail_.send(std::move(message), std::move(done));
                },
            .hostname = host_name(),
            .retry = {},
            .seed = static_cast<uint64_t>(clock_.steady_ns())};
  }

  void mount_api() {
    auto router = std::make_shared<api::Router>();
    router->observe(metrics_, clock_);
    router->bound_results(flags_.query_memory_max);
    // The command line has checked it.
    if (auto origins = base::Regex::compile(flags_.cors_origin))
      router->allow_origins(*std::move(origins));
    queries_.mount(*router);
    explanations_.mount(*router);
    if (flags_.enable_remote_write_receiver) {
      remote_writes_ = std::make_unique<remote::WriteReceiver>(store_, clock_, metrics_);
    }
    api::mount_remote_write_api(*router, remote_writes_.get());
    api::mount_series_api(*router, store_);
    api::mount_tsdb_api(*router, store_);
    api::mount_features_api(*router, feature_map(flags_));
    const api::RulesView rules{[this](bool with_alerts) { return rules_->groups(with_alerts); },
                               [this] { return rules_->alerts(); }};
    api::mount_rules_api(*router, rules);
    const api::TargetsView targets{
        [this] { return scrapes_->targets(); }, [this] { return scrapes_->metadata(); },
        [this] { return scrapes_->pools(); }, [this] { return alertmanager_urls(); },
        [this] { return origin_of(external_url_); }};
    api::mount_targets_api(*router, targets);
    if (routes_here()) api::mount_alerts_v2_api(*router, clock_, alerts_view());
    const api::StatusView status = status_view();
    api::mount_status_api(*router, clock_, status);
    api::mount_pages(*router, clock_,
                     {rules, targets, flags_.page_title, kVersion,
                      [this](const std::string& expr) { return queries_.run_now(expr); }});
    const auto route = [router](const net::ServerRequest& request) { return (*router)(request); };
    handler_.store(std::make_shared<const net::ServerHandler>(api::serve_below(
        flags_.route_prefix.value_or(path_of(external_url_)),
        api::guard_until_ready(api::limit_calls(heap_.watch(route), clock_, {}), status))));
  }

  api::AlertsView alerts_view() {
    return {
        .alerts = [this] { return dispatcher_->alerts(); },
        .groups = [this] { return dispatcher_->groups(); },
        .receivers = [this] { return dispatcher_->receivers(); },
        .config = [this] { return dispatcher_->shown_config(); },
        .post = [this](const std::vector<base::Alert>& alerts) { dispatcher_->on_alerts(alerts); },
        .version = kAlertmanagerVersion,
        .started_at = life_.started_at};
  }

  api::StatusView status_view() {
    api::StatusView out;
    out.build = {.version = kPrometheusVersion,
                 .revision = std::string("tocsin-") + kVersion,
                 .compiler = __VERSION__};
    out.flags = flags_.shown;
    out.config = [this] {
      const auto shown = shown_config_.load();
      return shown == nullptr ? std::string() : *shown;
    };
    out.ready = [this] { return life_.ready.load(); };
    out.stopping = [this] { return life_.stopping.load(); };
    out.metrics = [this] { return metrics_.expose(); };
    if (flags_.enable_lifecycle) out.reload = [this] { return reload(); };
    out.started_at = life_.started_at;
    out.reload_ok = [this] { return life_.reload_ok.load(); };
    out.reloaded_at = [this] { return life_.reloaded_at.load(); };
    out.reload_failed_at = [this] { return life_.reload_failed_at.load(); };
    out.hostname = host_name();
    out.retention = base::format_duration(flags_.retention);
    return out;
  }

  void register_metrics() {
    register_process_metrics(metrics_, life_.started_at);
    register_store_metrics(metrics_, store_);
    register_build_metrics(metrics_);
    register_life_metrics(metrics_, life_);
    register_query_metrics(metrics_, query_gate_, query_log_);
  }

  void schedule_housekeeping() {
    housekeeping_timer_ = main_loop_.call_at(clock_.now() + kHousekeepingInterval, [this] {
      rules_pool_.submit([this] { store_.housekeep(); });
      schedule_housekeeping();
    });
  }

  std::vector<std::string> alertmanager_urls() const {
    const auto urls = alertmanager_urls_.load();
    return urls == nullptr ? std::vector<std::string>() : *urls;
  }

  // Runs `task` on the main loop and waits for it. Not to be called on that loop.
  void on_main_loop(const std::function<void()>& task) {
    // Shared: the waiter may be gone before set_value() has returned.
    const auto done = std::make_shared<std::promise<void>>();
    auto finished = done->get_future();
    main_loop_.post([&task, done] {
      task();
      done->set_value();
    });
    finished.wait();
  }

  // What the last evaluations found still reaches the Alertmanagers, if they answer in time.
  void drain_sender() {
    const auto drained = std::make_shared<std::promise<size_t>>();
    auto left = drained->get_future();
    const base::TimestampMs deadline = clock_.now() + kDrainTime;
    main_loop_.post([this, deadline, drained] { check_drained(deadline, drained); });
    const size_t dropped = left.get();
    if (dropped == 0) return;
    log_.warn("Alerts that no Alertmanager took in time are dropped",
              {{"alerts", std::to_string(dropped)}});
  }

  // On the main loop, again and again: how much is left in the end.
  void check_drained(base::TimestampMs deadline, std::shared_ptr<std::promise<size_t>> drained) {
    const size_t pending = sender_->pending();
    const base::TimestampMs now = clock_.now();
    if (pending == 0 || now >= deadline) return drained->set_value(pending);
    main_loop_.call_at(now + kDrainCheck, [this, deadline, drained = std::move(drained)] {
      check_drained(deadline, drained);
    });
  }

  void stop_rules() {
    const auto stopped = std::make_shared<std::promise<void>>();
    auto finished = stopped->get_future();
    main_loop_.post([this, stopped] { rules_->stop([stopped] { stopped->set_value(); }); });
    finished.wait();
  }

  const ServeFlags flags_;
  const base::Clock& clock_;
  const base::Log log_;
  const Storage storage_;
  LifeState life_;
  std::string external_url_;
  base::MetricRegistry metrics_;
  tsdb::Store store_;
  std::atomic<std::shared_ptr<const std::string>> shown_config_;
  std::atomic<std::shared_ptr<const std::vector<std::string>>> alertmanager_urls_;
  std::atomic<std::shared_ptr<const net::ServerHandler>> handler_;
  std::mutex reload_mutex_;
  base::TimerId housekeeping_timer_ = 0;
  std::atomic<base::DurationMs> subquery_step_{base::kMinute};
  api::QueryGate query_gate_;
  api::QueryLog query_log_;
  api::RuleQueryLog rule_query_log_;
  base::ThreadPool query_log_writer_;  // One thread, as the log asks.
  std::unique_ptr<remote::WriteReceiver> remote_writes_;
  std::unique_ptr<scrape::ScrapeManager> scrapes_;
  std::unique_ptr<notifiers::Dispatcher> dispatcher_;
  std::unique_ptr<notifiers::AlertRelabeller> relabeller_;
  std::unique_ptr<notifiers::AlertmanagerSender> sender_;
  std::unique_ptr<rules::Manager> rules_;
  base::ThreadPool rules_pool_;
  base::ThreadPool query_helpers_;  // Queries of clients do not hold up rules.
  net::EventLoop main_loop_;
  net::EventLoop scrape_loop_;
  HeapTrimmer heap_;
  net::SmtpClient mail_;
  api::QueryApi queries_;
  api::ExplainApi explanations_;
  std::unique_ptr<net::RequestThreads> http_threads_;  // Gone after stop().
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace

base::Result<std::unique_ptr<Daemon>> Daemon::start(const ServeFlags& flags,
                                                    const base::Clock& clock, base::Files& files,
                                                    base::Log log) {
  ASSIGN_OR_RETURN(Storage storage, open_storage(flags, clock, files, log));
  auto daemon =
      std::make_unique<RunningDaemon>(flags, clock, files, std::move(log), std::move(storage));
  RETURN_IF_ERROR(daemon->start());
  return std::unique_ptr<Daemon>(std::move(daemon));
}

}  // namespace tocsin::app
