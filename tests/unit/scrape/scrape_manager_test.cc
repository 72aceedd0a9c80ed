#include "engine/scrape/scrape_manager.h"

#include "tests/support/fake_http_client.h"
#include "tests/support/fake_time.h"
#include "tests/support/memory_sink.h"
#include "tests/unit/scrape/reading.h"

namespace tocsin::scrape {
namespace {

using base::Code;
using base::Error;

/// Forwards to one FakeHttpClient that the test keeps.
class SharedClient final : public net::HttpClient {
 public:
  explicit SharedClient(testing::FakeHttpClient& client) : client_(client) {}
  void send(net::HttpRequest request, net::HttpCallback done) override {
    client_.send(std::move(request), std::move(done));
  }

 private:
  testing::FakeHttpClient& client_;
};

class ScrapeManagerTest : public ::testing::Test {
 protected:
  ScrapeManagerTest() {
    client_.answer = [](const net::HttpRequest&) {
      return testing::text_answer("# HELP a About a.\n# TYPE a gauge\na 1\n");
    };
    ScrapeEnvironment environment{loop_, clock_, executor_, sink_, registry_, base::Log::none(),
                                  {},    0};
    environment.make_client =
        [this](net::HttpClientConfig config) -> base::Result<std::unique_ptr<net::HttpClient>> {
      if (config.tls.ca_file == "/missing") return Error{Code::kInvalid, "no CA file"};
      return std::unique_ptr<net::HttpClient>(std::make_unique<SharedClient>(client_));
    };
    manager_ = std::make_unique<ScrapeManager>(std::move(environment));
  }

  base::Status apply(const std::vector<std::string>& jobs) {
    std::vector<ScrapeConfigPtr> configs;
    for (const std::string& job : jobs) {
      configs.push_back(read_job("{scrape_interval: 10s, " + job + "}"));
    }
    const base::Status status = manager_->apply(configs);
    loop_.run_ready();
    return status;
  }
  std::vector<std::string> urls() const {
    std::vector<std::string> out;
    for (const ActiveTarget& active : manager_->targets().active) out.push_back(active.target.url);
    return out;
  }

  testing::FakeClock clock_;
  testing::FakeLoop loop_{clock_};
  base::InlineExecutor executor_;
  testing::MemorySink sink_;
  base::MetricRegistry registry_;
  testing::FakeHttpClient client_;
  std::unique_ptr<ScrapeManager> manager_;
};

using Urls = std::vector<std::string>;

TEST_F(ScrapeManagerTest, ScrapesWhatIsConfigured) {
  ASSERT_TRUE(apply({"job_name: x, static_configs: [{targets: [a:1, b:1], labels: {l: v}}]",
                     "job_name: y, static_configs: [{targets: [c:1]}]"})
                  .ok());
  EXPECT_EQ(urls(), (Urls{"http://a:1/metrics", "http://b:1/metrics", "http://c:1/metrics"}));
  EXPECT_EQ(manager_->pools(), (std::vector<std::string>{"x", "y"}));
  loop_.run_for(10'000);
  EXPECT_EQ(client_.requests.size(), 3u);
  for (const ActiveTarget& active : manager_->targets().active) {
    EXPECT_EQ(active.state.health, TargetHealth::kUp);
  }
  ASSERT_EQ(manager_->metadata().size(), 3u);
  EXPECT_EQ(manager_->metadata()[0].families[0].help, "About a.");
  EXPECT_EQ(manager_->targets().active[0].target.labels.get("l"), "v");
}

TEST_F(ScrapeManagerTest, SameConfigurationIsNotTouched) {
  ASSERT_TRUE(apply({"job_name: x, static_configs: [{targets: [a:1]}]"}).ok());
  loop_.run_for(10'000);
  ASSERT_TRUE(apply({"job_name: x, static_configs: [{targets: [a:1]}]"}).ok());
  EXPECT_EQ(manager_->targets().active[0].state.health, TargetHealth::kUp);
  EXPECT_EQ(registry_.counter("prometheus_target_scrape_pools_total", "").value(), 1);
}

TEST_F(ScrapeManagerTest, TargetsThatStayKeepTheirSeries) {
  ASSERT_TRUE(apply({"job_name: x, static_configs: [{targets: [a:1]}]"}).ok());
  loop_.run_for(10'000);
  ASSERT_TRUE(apply({"job_name: x, sample_limit: 9, static_configs: [{targets: [a:1]}]"}).ok());
  loop_.run_for(10'000);
  const auto& samples = sink_.memory().series.at(R"(a{instance="a:1", job="x"})");
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(samples[1].v, 1);
  EXPECT_EQ(sink_.memory().open_streams, 1u);
}

TEST_F(ScrapeManagerTest, TargetsThatGoEndWithMarkers) {
  ASSERT_TRUE(apply({"job_name: x, static_configs: [{targets: [a:1, b:1]}]",
                     "job_name: y, static_configs: [{targets: [c:1]}]"})
                  .ok());
  loop_.run_for(10'000);
  ASSERT_TRUE(apply({"job_name: x, static_configs: [{targets: [a:1]}]"}).ok());
  EXPECT_EQ(urls(), Urls{"http://a:1/metrics"});
  loop_.run_for(25'000);
  for (const char* gone : {R"(up{instance="b:1", job="x"})", R"(up{instance="c:1", job="y"})"}) {
    EXPECT_TRUE(base::is_stale(sink_.memory().series.at(gone).back().v)) << gone;
  }
  const auto& kept = sink_.memory().series.at(R"(up{instance="a:1", job="x"})");
  EXPECT_EQ(kept.back().v, 1);
}

TEST_F(ScrapeManagerTest, DroppedTargetsAreCountedAndBounded) {
  ASSERT_TRUE(apply({"job_name: x, keep_dropped_targets: 1, static_configs: [{targets: [a:1, b:1, "
                     "c:1]}], relabel_configs: [{source_labels: [__address__], regex: 'a.*', "
                     "action: keep}]"})
                  .ok());
  const TargetsSnapshot targets = manager_->targets();
  EXPECT_EQ(targets.active.size(), 1u);
  EXPECT_EQ(targets.dropped.size(), 1u);
  EXPECT_EQ(targets.dropped_counts.at("x"), 2u);
}

TEST_F(ScrapeManagerTest, EqualTargetsAreOne) {
  ASSERT_TRUE(
      apply({"job_name: x, static_configs: [{targets: [a:1, a:1]}, {targets: [a:1]}]"}).ok());
  EXPECT_EQ(urls().size(), 1u);
}

TEST_F(ScrapeManagerTest, TargetLimitFailsThemAll) {
  ASSERT_TRUE(
      apply({"job_name: x, target_limit: 1, static_configs: [{targets: [a:1, b:1]}]"}).ok());
  loop_.run_for(10'000);
  EXPECT_EQ(client_.requests.size(), 0u);
  for (const ActiveTarget& active : manager_->targets().active) {
    EXPECT_EQ(active.state.last_error, "target_limit exceeded (number of targets: 2, limit: 1)");
  }
}

TEST_F(ScrapeManagerTest, ClientThatCannotBeMadeChangesNothing) {
  ASSERT_TRUE(apply({"job_name: x, static_configs: [{targets: [a:1]}]"}).ok());
  const base::Status status =
      apply({"job_name: y, static_configs: [{targets: [b:1]}], tls_config: {ca_file: /missing}"});
  EXPECT_EQ(status.to_string(), "scrape job \"y\": no CA file");
  EXPECT_EQ(urls(), Urls{"http://a:1/metrics"});
}

TEST_F(ScrapeManagerTest, StopEndsWithoutATrace) {
  ASSERT_TRUE(apply({"job_name: x, static_configs: [{targets: [a:1]}]"}).ok());
  loop_.run_for(10'000);
  manager_->stop();
  loop_.run_for(60'000);
  EXPECT_EQ(client_.requests.size(), 1u);
  EXPECT_EQ(sink_.memory().series.at(R"(up{instance="a:1", job="x"})").size(), 1u);
  EXPECT_EQ(loop_.timers(), 0u);
  manager_.reset();
  EXPECT_EQ(sink_.memory().open_streams, 0u);
}

}  // namespace
}  // namespace tocsin::scrape
