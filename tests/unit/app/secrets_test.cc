// Every secret that the two files can hold, and every place where it might show.
#include "engine/app/daemon.h"
#include "engine/app/fetch.h"
#include "engine/base/posix_files.h"
#include "notifiers/config.h"
#include "tests/unit/app/folder.h"

namespace tocsin::app {
namespace {

constexpr const char* kCanary = "CANARY";

constexpr const char* kPrometheus = R"(
global: {scrape_interval: 1s, scrape_timeout: 1s}
alerting:
  alertmanagers:
  - basic_auth: {username: u, password: CANARY01}
    static_configs: [{targets: ['127.0.0.1:1']}]
scrape_configs:
- {job_name: basic, basic_auth: {username: u, password: CANARY02}, static_configs: [{targets: ['127.0.0.1:1']}]}
- {job_name: bearer, authorization: {credentials: CANARY03}, static_configs: [{targets: ['127.0.0.1:1']}]}
- {job_name: token, bearer_token: CANARY04, static_configs: [{targets: ['127.0.0.1:1']}]}
- {job_name: proxy, proxy_url: 'http://u:CANARY05@127.0.0.1:1', static_configs: [{targets: ['127.0.0.1:1']}]}
- {job_name: header, http_headers: {X: {secrets: [CANARY07]}}, static_configs: [{targets: ['127.0.0.1:1']}]}
rule_files: [r.yml]
)";

constexpr const char* kNotify = R"(
global:
  smtp_smarthost: '127.0.0.1:1'
  smtp_from: a@b
  smtp_auth_username: u
  smtp_auth_password: CANARY11
  slack_api_url: 'http://127.0.0.1:1/CANARY12'
route: {receiver: all, group_wait: 100ms}
receivers:
- name: all
  webhook_configs:
  - url: 'http://u:CANARY13@127.0.0.1:1/CANARY14?token=CANARY15'
    http_config: {authorization: {credentials: CANARY16}}
  slack_configs:
  - {channel: '#a'}
  - {channel: '#b', api_url: 'http://127.0.0.1:1/CANARY17'}
  pagerduty_configs:
  - {routing_key: CANARY18, url: 'http://127.0.0.1:1/'}
  - {service_key: CANARY19, url: 'http://127.0.0.1:1/', http_config: {basic_auth: {username: u, password: CANARY20}}}
  email_configs:
  - {to: c@d, auth_password: CANARY21, require_tls: false}
)";

std::string ask(uint16_t port, const std::string& path) {
  net::HttpRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(port) + path;
  const auto answer = fetch(std::move(request));
  EXPECT_TRUE(answer.ok()) << path;
  return answer ? answer->body : std::string();
}

/// Whether scrapes and notifications have failed, so that their errors are there to look at.
bool all_have_failed(uint16_t port) {
  const std::string metrics = ask(port, "/metrics");
  for (const char* kind : {"webhook", "slack", "pagerduty", "email"}) {
    const std::string failed =
        std::string("\nalertmanager_notification_requests_failed_total{integration=\"") + kind +
        "\"} ";
    const size_t at = metrics.find(failed);
    if (at == std::string::npos || metrics[at + failed.size()] == '0') return false;
  }
  return ask(port, "/api/v1/targets").find("\"unknown\"") == std::string::npos;
}

TEST(Secrets, ShowNowhere) {
  const TestFolder folder;
  const base::SystemClock clock;
  base::PosixFiles files;
  ServeFlags flags;
  flags.config_file = folder.write("p.yml", kPrometheus);
  flags.notify_config_file = folder.write("am.yml", kNotify);
  folder.write("r.yml",
               "groups: [{name: g, interval: 1s, rules: [{alert: A, expr: vector(1)}]}]\n");
  flags.storage_path = folder.path("data");
  flags.listen_address = "127.0.0.1:0";
  ::testing::internal::CaptureStderr();
  {
    const auto daemon = Daemon::start(flags, clock, files,
                                      base::Log(base::LogLevel::kDebug, base::LogFormat::kLogfmt));
    ASSERT_TRUE(daemon.ok()) << daemon.error().to_string();
    const uint16_t port = (*daemon)->port();
    const base::TimestampMs patience_end = clock.now() + 2 * base::kMinute;
    while (!all_have_failed(port)) ASSERT_LT(clock.now(), patience_end);
    for (const char* path :
         {"/", "/metrics", "/api/v1/status/config", "/api/v1/status/flags", "/api/v1/targets",
          "/api/v1/alertmanagers", "/api/v1/rules", "/api/v1/alerts", "/api/v2/status",
          "/api/v2/receivers", "/api/v2/alerts", "/api/v2/alerts/groups"}) {
      const std::string body = ask(port, path);
      EXPECT_EQ(body.find(kCanary), std::string::npos) << path << '\n' << body;
    }
    EXPECT_NE(ask(port, "/api/v1/status/config").find("secret"), std::string::npos);
    EXPECT_NE(ask(port, "/api/v2/status").find("secret"), std::string::npos);
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("level=warn"), std::string::npos);
  EXPECT_EQ(log.find(kCanary), std::string::npos) << log;
}

TEST(Secrets, ShowInNoErrorOfALoader) {
  for (const char* text :
       {"global: {slack_api_url: 'CANARY no address'}\nroute: {receiver: a}\nreceivers: [{name: "
        "a}]\n",
        "route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: 'CANARY:\\\\'}]}]\n",
        "route: {receiver: a}\nreceivers: [{name: a, pagerduty_configs: [{routing_key: CANARY, "
        "service_key: CANARY}]}]\n"}) {
    const auto config = notifiers::load_config(text, "am.yml");
    if (config) continue;
    EXPECT_EQ(config.error().to_string().find(kCanary), std::string::npos)
        << config.error().to_string();
  }
}

}  // namespace
}  // namespace tocsin::app
