#include "engine/app/daemon.h"

#include <cerrno>

#include "engine/app/fetch.h"
#include "tests/support/faulty_files.h"
#include "tests/unit/app/folder.h"

namespace tocsin::app {
namespace {

constexpr const char* kRules = R"(
groups:
- name: g
  interval: 1s
  rules: [{alert: Always, expr: vector(1)}]
)";
constexpr const char* kNotify = R"(
route: {receiver: none}
receivers: [{name: none}]
)";

struct DaemonTest : ::testing::Test {
  DaemonTest() {
    flags.config_file = folder.write("p.yml", "rule_files: [r.yml]\n");
    folder.write("r.yml", kRules);
    flags.notify_config_file = folder.write("am.yml", kNotify);
    flags.storage_path = "/data";
    flags.listen_address = "127.0.0.1:0";
  }
  auto start() { return Daemon::start(flags, clock, files, base::Log::none()); }
  net::HttpResponse ask(const Daemon& daemon, const std::string& path,
                        const std::string& method = "GET") {
    net::HttpRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(daemon.port()) + path;
    auto answer = fetch(std::move(request));
    EXPECT_TRUE(answer.ok()) << path;
    return answer ? *std::move(answer) : net::HttpResponse();
  }

  const TestFolder folder;
  const base::SystemClock clock;
  testing::FaultyFiles files;
  ServeFlags flags;
};

TEST_F(DaemonTest, ServesAndStopsTwice) {
  auto daemon = start();
  ASSERT_TRUE(daemon.ok()) << daemon.error().to_string();
  EXPECT_EQ(ask(**daemon, "/-/ready").status, 200);
  EXPECT_EQ(ask(**daemon, "/api/v1/rules").status, 200);
  EXPECT_EQ(ask(**daemon, "/api/v2/status").status, 200);
  const std::string metrics = ask(**daemon, "/metrics").body;
  for (const char* name : {"prometheus_build_info", "alertmanager_build_info", "prometheus_ready 1",
                           "process_resident_memory_bytes"}) {
    EXPECT_NE(metrics.find(name), std::string::npos) << name;
  }
  (*daemon)->stop();
  (*daemon)->stop();
  EXPECT_FALSE((*daemon)->reload().ok());
}

TEST_F(DaemonTest, LeavesNothingBehindWhenAStartFails) {
  const auto running = start();
  ASSERT_TRUE(running.ok());
  ServeFlags other = flags;
  other.storage_path = "/other";
  // The port is taken; then the rules are wrong; then the receivers are.
  other.listen_address = "127.0.0.1:" + std::to_string((*running)->port());
  auto failed = Daemon::start(other, clock, files, base::Log::none());
  ASSERT_FALSE(failed.ok());
  EXPECT_NE(failed.error().message.find("listen tcp"), std::string::npos);
  other.listen_address = "127.0.0.1:0";
  folder.write("r.yml", "groups: [{name: g, rules: [{alert: A, expr: 'x('}]}]\n");
  EXPECT_FALSE(Daemon::start(other, clock, files, base::Log::none()).ok());
  folder.write("r.yml", kRules);
  folder.write("am.yml", "route: {receiver: missing}\nreceivers: [{name: none}]\n");
  EXPECT_FALSE(Daemon::start(other, clock, files, base::Log::none()).ok());
  folder.write("am.yml", kNotify);
  EXPECT_TRUE(
      Daemon::start(other, clock, files, base::Log::none()).ok());  // The folder is free again.
}

TEST_F(DaemonTest, KeepsEverythingWhenAReloadFails) {
  const auto daemon = start();
  ASSERT_TRUE(daemon.ok());
  const std::string before = ask(**daemon, "/api/v1/status/config").body;
  // Other rules and an Alertmanager that would work, a job that cannot.
  const std::string changed =
      "rule_files: [r.yml]\nalerting: {alertmanagers: [{static_configs: [{targets: "
      "['am:9093']}]}]}\n";
  folder.write("p.yml",
               changed + "scrape_configs: [{job_name: new, tls_config: {ca_file: /none}}]\n");
  folder.write("r.yml", "groups: [{name: g, rules: [{alert: Other, expr: vector(2)}]}]\n");
  const auto answer = ask(**daemon, "/-/reload", "POST");
  EXPECT_EQ(answer.status, 500);
  EXPECT_NE(answer.body.find("failed to reload config: "), std::string::npos);
  EXPECT_EQ(ask(**daemon, "/api/v1/status/config").body, before);
  EXPECT_EQ(ask(**daemon, "/api/v1/scrape_pools").body,
            R"({"status":"success","data":{"scrapePools":[]}})");
  EXPECT_EQ(ask(**daemon, "/api/v1/alertmanagers").body.find("am:9093"), std::string::npos);
  EXPECT_NE(ask(**daemon, "/api/v1/rules").body.find("\"Always\""), std::string::npos);
  EXPECT_NE(ask(**daemon, "/metrics").body.find("prometheus_config_last_reload_successful 0"),
            std::string::npos);
  folder.write("p.yml", changed + "scrape_configs: [{job_name: new}]\n");
  EXPECT_TRUE((*daemon)->reload().ok());
  EXPECT_NE(ask(**daemon, "/api/v1/rules").body.find("\"Other\""), std::string::npos);
  EXPECT_EQ(ask(**daemon, "/api/v1/scrape_pools").body,
            R"({"status":"success","data":{"scrapePools":["new"]}})");
}

// Whatever the disk does, queries are answered and rules are evaluated.
TEST_F(DaemonTest, WorksOnAFullDiskAndLogsQueriesWhenThereIsRoom) {
  files.set_room(0);
  flags.query_log_file = "/query.log";
  const auto daemon = start();
  ASSERT_TRUE(daemon.ok()) << daemon.error().to_string();
  const auto becomes_true = [&](const auto& check) {
    const base::TimestampMs patience_end = clock.now() + 2 * base::kMinute;
    while (!check() && clock.now() < patience_end) {
    }
    return check();
  };
  const std::string query = "/api/v1/query?query=vector(42)";
  EXPECT_NE(ask(**daemon, query).body.find("\"42\""), std::string::npos);
  EXPECT_TRUE(becomes_true([&] { return !(*daemon)->alerts().empty(); }));
  EXPECT_TRUE(becomes_true([&] {
    return ask(**daemon, "/metrics").body.find("\nprometheus_engine_query_log_failures_total 0") ==
           std::string::npos;
  }));
  EXPECT_EQ(*files.read("/query.log", 1 << 20), "");
  files.heal();
  EXPECT_EQ(ask(**daemon, query).status, 200);
  EXPECT_TRUE(becomes_true(
      [&] { return files.read("/query.log", 1 << 20)->find("vector(42)") != std::string::npos; }));
}

TEST_F(DaemonTest, DoesNotStartWhereItCannotWrite) {
  files.fail(testing::FileStep::kMakeFolder, EROFS);
  const auto refused = start();
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("the data folder /data: cannot make the folder"),
            std::string::npos);
}

}  // namespace
}  // namespace tocsin::app
