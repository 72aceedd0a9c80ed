#include <gtest/gtest.h>

#include "notifiers/alertmanager_sender.h"
#include "tests/support/fake_http_client.h"
#include "tests/support/fake_time.h"

namespace tocsin::notifiers {
namespace {

base::Result<AlertingConfig> parse(const std::string& text) {
  auto node = config::parse_yaml_document(text, "p.yml");
  if (!node) return std::move(node).error();
  return parse_alerting_config(*node);
}

/// A client that hands on to one the test keeps.
class Forward final : public net::HttpClient {
 public:
  explicit Forward(testing::FakeHttpClient& to) : to_(to) {}
  void send(net::HttpRequest request, net::HttpCallback done) override {
    to_.send(std::move(request), std::move(done));
  }

 private:
  testing::FakeHttpClient& to_;
};

struct Bench {
  testing::FakeClock clock;
  testing::FakeLoop loop{clock};
  base::MetricRegistry metrics;
  testing::FakeHttpClient http;
  AlertmanagerSender sender{{.loop = loop,
                             .clock = clock,
                             .log = base::Log::none(),
                             .metrics = metrics,
                             .make_client = [this](const net::HttpClientConfig&) {
                               return base::Result<std::unique_ptr<net::HttpClient>>(
                                   std::make_unique<Forward>(http));
                             }}};
  void apply(const std::string& text, const base::Labels& external = {}) {
    const auto config = parse(text);
    ASSERT_TRUE(config.ok()) << config.error().to_string();
    ASSERT_TRUE(sender.apply(*config, external).ok());
    loop.run_ready();
  }
  void send(size_t count) {
    std::vector<base::Alert> alerts(count);
    for (size_t i = 0; i < count; ++i) {
      alerts[i].labels = base::Labels::of({{"alertname", "x"}, {"i", std::to_string(i)}});
      alerts[i].starts_at = 1'000;
      alerts[i].ends_at = 2'000;
    }
    sender.on_alerts(alerts);
    loop.run_ready();
  }
};

TEST(AlertingConfig, MakesAddresses) {
  const auto config = parse(R"(
alertmanagers:
- scheme: https
  path_prefix: /am
  static_configs: [{targets: ['a:9093', 'b:9093', 'a:9093']}]
- static_configs: [{targets: ['c:1']}]
  relabel_configs: [{source_labels: [__address__], regex: '(.*):1', replacement: '$1:2', target_label: __address__}]
)");
  ASSERT_TRUE(config.ok()) << config.error().to_string();
  EXPECT_EQ(config->alertmanagers[0].urls,
            (std::vector<std::string>{"https://a:9093/am/api/v2/alerts",
                                      "https://b:9093/am/api/v2/alerts"}));
  EXPECT_EQ(config->alertmanagers[1].urls, std::vector<std::string>{"http://c:2/api/v2/alerts"});
}

TEST(AlertingConfig, RefusesOtherDiscoveryByName) {
  EXPECT_EQ(parse("alertmanagers: [{dns_sd_configs: []}]").error().to_string(),
            "p.yml:1:18: \"dns_sd_configs\" in alertmanagers is not supported: this version finds "
            "Alertmanagers by static_configs only");
  EXPECT_EQ(parse("alertmanagers: [{api_version: v1}]").error().to_string(),
            "p.yml:1:17: expected Alertmanager api version to be one of [v2] but got v1");
}

TEST(AlertmanagerSender, PostsWithExternalLabelsAfterRelabelling) {
  Bench bench;
  bench.apply(R"(
alert_relabel_configs: [{action: labeldrop, regex: i}]
alertmanagers: [{static_configs: [{targets: ['a:1']}]}]
)",
              base::Labels::of({{"cluster", "eu"}, {"alertname", "other"}}));
  bench.send(1);
  ASSERT_EQ(bench.http.requests.size(), 1u);
  EXPECT_EQ(bench.http.requests[0].url, "http://a:1/api/v2/alerts");
  EXPECT_EQ(bench.http.requests[0].body,
            R"([{"annotations":{},"endsAt":"1970-01-01T00:00:02.000Z",)"
            R"("startsAt":"1970-01-01T00:00:01.000Z","labels":{"alertname":"x","cluster":"eu"}}])");
}

TEST(AlertmanagerSender, SendsBatchesOneAfterTheOther) {
  Bench bench;
  bench.apply("alertmanagers: [{static_configs: [{targets: ['a:1', 'b:1']}]}]");
  bench.send(600);
  ASSERT_EQ(bench.http.pending.size(), 2u) << "one request per Alertmanager";
  bench.http.pending[0].done(testing::text_answer(""));
  bench.loop.run_ready();
  EXPECT_EQ(bench.http.requests.size(), 3u) << "the other one still hangs";
  EXPECT_EQ(bench.http.requests[2].url, "http://a:1/api/v2/alerts");
}

TEST(AlertmanagerSender, DropsTheOldestBeyondItsQueueAndCountsFailures) {
  Bench bench;
  bench.apply("alertmanagers: [{static_configs: [{targets: ['a:1']}]}]");
  bench.send(1);  // Under way.
  bench.send(kAlertmanagerQueueMax + 5);
  bench.http.pending[0].done(base::Error{base::Code::kUnavailable, "refused"});
  bench.loop.run_ready();
  const std::string text = bench.metrics.expose();
  EXPECT_NE(text.find("prometheus_notifications_errors_total{alertmanager=\"http://a:1/api/v2/"
                      "alerts\"} 1\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("prometheus_notifications_dropped_total{alertmanager=\"http://a:1/api/v2/"
                      "alerts\"} 6\n"),
            std::string::npos)
      << text;
}

TEST(AlertmanagerSender, ShowsItsQueuesAndEmptiesARemovedOne) {
  Bench bench;
  bench.apply("alertmanagers: [{static_configs: [{targets: ['a:1', 'b:1']}]}]");
  bench.send(300);  // 256 are under way.
  const auto shows = [&](const std::string& line) {
    return bench.metrics.expose().find(line) != std::string::npos;
  };
  const std::string length = "prometheus_notifications_queue_length{alertmanager=\"http://";
  EXPECT_TRUE(shows("prometheus_notifications_queue_capacity 10000\n"));
  EXPECT_TRUE(shows(length + "a:1/api/v2/alerts\"} 44\n"));
  bench.apply("alertmanagers: [{static_configs: [{targets: ['b:1']}]}]");
  const size_t before = bench.http.requests.size();
  bench.http.pending[0].done(testing::text_answer(""));
  bench.loop.run_ready();
  ASSERT_EQ(bench.http.requests.size(), before + 1);
  EXPECT_EQ(bench.http.requests.back().url, "http://a:1/api/v2/alerts");
  EXPECT_FALSE(shows(length + "a:1"));
}

}  // namespace
}  // namespace tocsin::notifiers
