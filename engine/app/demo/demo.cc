// tocsin demo: fleet, engine and receivers in one process, on loopback.
#include <csignal>
#include <filesystem>

#include "engine/app/commands.h"
#include "engine/app/daemon.h"
#include "engine/app/demo/files.h"
#include "engine/app/demo/fleet.h"
#include "engine/app/demo/http_catcher.h"
#include "engine/app/demo/smtp_catcher.h"
#include "engine/app/demo/temporary_folder.h"
#include "engine/app/demo/timeline.h"
#include "engine/app/signals.h"
#include "engine/app/terminal.h"
#include "engine/base/forward_clock.h"
#include "engine/base/posix_files.h"

namespace tocsin::app {
namespace {

using base::Error;
using base::Result;
using base::Status;

constexpr base::DurationMs kOnceTime = 120 * base::kSecond;
constexpr int kPollMs = 200;
constexpr uint64_t kSeed = 20240120;

std::string temporary_place() {
  std::error_code ignored;  // Falls back to /tmp.
  const std::string path = std::filesystem::temp_directory_path(ignored).string();
  return path.empty() ? "/tmp" : path;
}

net::ServerHandler serve_fleet(demo::Fleet& fleet) {
  return [&fleet](const net::ServerRequest& request) -> net::ServerResponse {
    auto body = fleet.scrape(request.path);
    if (!body)
      return {.status = 404, .content_type = "text/plain", .headers = {}, .body = "gone\n"};
    return {.status = 200,
            .content_type = "text/plain; version=0.0.4; charset=utf-8",
            .headers = {},
            .body = *std::move(body)};
  };
}

/// Serves on `address`; when its port is taken, on a free one.
Result<std::unique_ptr<net::HttpServer>> serve_near(const std::string& address,
                                                    const net::ServerHandler& handler,
                                                    base::Executor& executor) {
  auto server = net::serve_http(address, handler, executor, {}, base::Log::none());
  if (server) return server;
  return net::serve_http(address.substr(0, address.rfind(':')) + ":0", handler, executor, {},
                         base::Log::none());
}

/// Everything around the engine, and the engine.
class Demo {
 public:
  Demo(const DemoFlags& flags, const base::Clock& clock, base::Files& files)
      : flags_(flags),
        clock_(clock),
        files_(files),
        timeline_(clock, wants_colours() && !flags.plain),
        fleet_(clock, kSeed),
        inbox_([this](const demo::Message& message) { timeline_.on_message(message); }),
        pool_(2) {}

  Status start() {
    ASSIGN_OR_RETURN(folder_, demo::TemporaryFolder::make(files_, temporary_place()));
    ASSIGN_OR_RETURN(fleet_server_, serve_near("127.0.0.1:19100", serve_fleet(fleet_), pool_));
    ASSIGN_OR_RETURN(receivers_,
                     serve_near("127.0.0.1:19101", demo::make_http_catcher(inbox_), pool_));
    RETURN_IF_ERROR(start_mail());
    const demo::Ports ports{fleet_server_->port(), receivers_->port(), mail_->port()};
    RETURN_IF_ERROR(demo::write_files(files_, folder_->path(), ports));
    return start_engine();
  }

  /// 0 when every receiver has had both messages in time.
  int run_once(const Signals& signals) {
    const base::TimestampMs deadline = clock_.now() + kOnceTime;
    while (!inbox_.complete()) {
      if (clock_.now() >= deadline) {
        print_error("after 120 s still missing: " + inbox_.missing());
        return kExitFailed;
      }
      if (!wait(signals)) return kExitFailed;
    }
    timeline_.note("Every receiver has had a firing and a resolved message.");
    return kExitOk;
  }

  int run_until_stopped(const Signals& signals) {
    while (wait(signals)) {
    }
    return kExitOk;
  }

 private:
  // Shows what changed, then waits a moment; false when a signal asks to stop.
  bool wait(const Signals& signals) {
    timeline_.on_alerts(daemon_->alerts());
    const int signal = signals.wait_for(kPollMs);
    return signal != SIGINT && signal != SIGTERM;
  }

  Status start_mail() {
    const auto deliver = [this](demo::Mail mail) {
      inbox_.deliver({demo::Channel::kEmail, mail.subject.starts_with("[RESOLVED"),
                      mail.to + " " + mail.subject, ""});
    };
    auto catcher = demo::SmtpCatcher::start(demo::Ports{}.smtp, deliver);
    if (!catcher) catcher = demo::SmtpCatcher::start(0, deliver);
    if (!catcher) return std::move(catcher).error();
    mail_ = *std::move(catcher);
    return {};
  }

  Status start_engine() {
    ServeFlags serve;
    serve.config_file = folder_->path() + "/prometheus.yml";
    serve.notify_config_file = folder_->path() + "/alertmanager.yml";
    serve.storage_path = folder_->path() + "/data";
    serve.listen_address = flags_.listen_address;
    const base::Log log(base::LogLevel::kWarn, base::LogFormat::kLogfmt);
    auto daemon = Daemon::start(serve, clock_, files_, log);
    if (!daemon) {
      serve.listen_address =
          flags_.listen_address.substr(0, flags_.listen_address.rfind(':')) + ":0";
      daemon = Daemon::start(serve, clock_, files_, log);
    }
    if (!daemon) return std::move(daemon).error();
    daemon_ = *std::move(daemon);
    timeline_.note("The engine: http://127.0.0.1:" + std::to_string(daemon_->port()) +
                   "/   The fleet: http://127.0.0.1:" + std::to_string(fleet_server_->port()) +
                   "/gpu-0/metrics   Ctrl-C ends and removes everything.");
    return {};
  }

  const DemoFlags flags_;
  const base::Clock& clock_;
  base::Files& files_;
  demo::Timeline timeline_;
  demo::Fleet fleet_;
  demo::Inbox inbox_;
  base::ThreadPool pool_;
  std::unique_ptr<demo::TemporaryFolder> folder_;
  std::unique_ptr<net::HttpServer> fleet_server_;
  std::unique_ptr<net::HttpServer> receivers_;
  std::unique_ptr<demo::SmtpCatcher> mail_;
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace

int run_demo(const DemoFlags& flags) {
  const Signals signals;
  const base::SystemClock system_clock;
  const base::ForwardClock clock(system_clock);
  base::PosixFiles files;
  Demo demo(flags, clock, files);
  if (const Status status = demo.start(); !status) {
    print_error(status.error());
    return kExitFailed;
  }
  return flags.once ? demo.run_once(signals) : demo.run_until_stopped(signals);
}

}  // namespace tocsin::app
