#include "engine/scrape/scrape_loop.h"

#include "tests/support/fake_http_client.h"
#include "tests/support/fake_time.h"
#include "tests/support/memory_sink.h"
#include "tests/unit/scrape/reading.h"

namespace tocsin::scrape {
namespace {

using base::Code;
using base::Error;
using base::Labels;

constexpr base::TimestampMs kStart = 1'700'000'000'000;

class ScrapeLoopTest : public ::testing::Test {
 protected:
  ScrapeLoopTest() { make("{job_name: j, scrape_interval: 10s, extra_scrape_metrics: false}"); }

  void make(const std::string& yaml) {
    config_ = read_job(yaml);
    scrape_loop_ = std::make_shared<ScrapeLoop>(context_, target(*config_), config_, client_);
  }
  static Target target(const ScrapeConfig& config) {
    const Labels found = with_defaults(Labels::of({{"__address__", "h:1"}}), Labels(), config);
    return **make_target(found, config);
  }
  /// Answers the next scrape with this and lets time pass until it is done. Returns its timestamp.
  base::TimestampMs scrape(base::Result<net::HttpResponse> answer) {
    client_->answer = [&](const net::HttpRequest&) { return answer; };
    const size_t before = client_->requests.size();
    while (client_->requests.size() == before) loop_.run_for(100);
    return scrape_loop_->state().last_scrape;
  }
  std::string got(const std::string& name) const {
    std::string out;
    const auto found = sink_.memory().series.find(name + R"({instance="h:1", job="j"})");
    if (found == sink_.memory().series.end()) return out;
    for (const base::Sample& s : found->second) {
      out += base::is_stale(s.v) ? "stale " : std::to_string(s.v).substr(0, 4) + " ";
    }
    return out;
  }

  testing::FakeClock clock_{kStart};
  testing::FakeLoop loop_{clock_};
  base::InlineExecutor executor_;
  testing::MemorySink sink_;
  base::MetricRegistry registry_;
  std::shared_ptr<ScrapeContext> context_ = std::make_shared<ScrapeContext>(
      ScrapeEnvironment{loop_, clock_, executor_, sink_, registry_, base::Log::none(), {}, 0});
  std::shared_ptr<testing::FakeHttpClient> client_ = std::make_shared<testing::FakeHttpClient>();
  ScrapeConfigPtr config_;
  std::shared_ptr<ScrapeLoop> scrape_loop_;
};

TEST_F(ScrapeLoopTest, ScrapesAtItsOffsetEveryInterval) {
  scrape_loop_->start();
  EXPECT_EQ(scrape_loop_->state().health, TargetHealth::kUnknown);
  const base::TimestampMs first = scrape(testing::text_answer("a 1\n"));
  EXPECT_EQ((first - target(*config_).offset(0)) % 10'000, 0);
  EXPECT_EQ(scrape(testing::text_answer("a 2\n")), first + 10'000);
  EXPECT_EQ(sink_.memory().samples(R"(a{instance="h:1", job="j"})"),
            "1@" + std::to_string(first) + " 2@" + std::to_string(first + 10'000));
  EXPECT_EQ(scrape_loop_->state().health, TargetHealth::kUp);
  EXPECT_EQ(scrape_loop_->state().samples, 1u);
}

TEST_F(ScrapeLoopTest, SendsTheHeadersExportersRelyOn) {
  scrape_loop_->start();
  scrape(testing::text_answer(""));
  const net::HttpRequest& request = client_->requests[0];
  EXPECT_EQ(request.url, "http://h:1/metrics");
  EXPECT_EQ(request.timeout, 10'000);
  ASSERT_EQ(request.headers.size(), 3u);
  EXPECT_EQ(request.headers[0].second, config_->accept);
  EXPECT_EQ(request.headers[1].second, "Tocsin");
  EXPECT_EQ(request.headers[2].first, "X-Prometheus-Scrape-Timeout-Seconds");
  EXPECT_EQ(request.headers[2].second, "10");
}

TEST_F(ScrapeLoopTest, GivesTheMemoryOfBodiesBack) {
  scrape_loop_->start();
  scrape(testing::text_answer("a 1\n"));
  scrape(Error{Code::kTimeout, "timed out"});
  scrape(testing::text_answer("not the text format"));
  EXPECT_EQ(client_->recycled, 2u);
}

TEST_F(ScrapeLoopTest, WritesTheSeriesAboutTheScrape) {
  scrape_loop_->start();
  scrape(testing::text_answer("a 1\nb 2\n"));
  scrape(testing::text_answer("a 1\n"));
  scrape(Error{Code::kTimeout, "timed out"});
  scrape(testing::text_answer(""));
  EXPECT_EQ(got("up"), "1.00 1.00 0.00 1.00 ");
  EXPECT_EQ(got("scrape_samples_scraped"), "2.00 1.00 0.00 0.00 ");
  EXPECT_EQ(got("scrape_samples_post_metric_relabeling"), "2.00 1.00 0.00 0.00 ");
  EXPECT_EQ(got("scrape_series_added"), "2.00 0.00 0.00 0.00 ");
  EXPECT_EQ(got("scrape_duration_seconds"), "0.00 0.00 0.00 0.00 ");
  EXPECT_EQ(got("scrape_timeout_seconds"), "");
  EXPECT_EQ(got("a"), "1.00 1.00 stale ");
  EXPECT_EQ(got("b"), "2.00 stale ");
}

TEST_F(ScrapeLoopTest, WritesMoreWhenAsked) {
  make(
      "{job_name: j, scrape_interval: 10s, extra_scrape_metrics: true, sample_limit: 5, "
      "scrape_timeout: 3s, body_size_limit: 1KB}");
  scrape_loop_->start();
  scrape(testing::text_answer("a 1\n"));
  EXPECT_EQ(client_->requests[0].body_bytes_max, 1023u);
  scrape(Error{Code::kLimit, "more than 1023 bytes"});
  scrape(Error{Code::kUnavailable, "refused"});
  EXPECT_EQ(got("scrape_timeout_seconds"), "3.00 3.00 3.00 ");
  EXPECT_EQ(got("scrape_sample_limit"), "5.00 5.00 5.00 ");
  EXPECT_EQ(got("scrape_body_size_bytes"), "4.00 -1.0 0.00 ");
  EXPECT_EQ(scrape_loop_->state().last_error, "refused");
}

TEST_F(ScrapeLoopTest, SaysWhyAScrapeFailed) {
  scrape_loop_->start();
  net::HttpResponse broken = testing::text_answer("");
  broken.status = 503;
  scrape(broken);
  EXPECT_EQ(scrape_loop_->state().last_error,
            "server returned HTTP status 503 Service Unavailable");
  broken.reason = "Gone Fishing";
  scrape(broken);
  EXPECT_EQ(scrape_loop_->state().last_error, "server returned HTTP status 503 Gone Fishing");
  broken.status = 599;
  broken.reason = "";
  scrape(broken);
  EXPECT_EQ(scrape_loop_->state().last_error, "server returned HTTP status 599");
  EXPECT_EQ(scrape_loop_->state().health, TargetHealth::kDown);
  net::HttpResponse html = testing::text_answer("<html>");
  html.headers = {{"content-type", "text/html"}};
  scrape(html);
  EXPECT_EQ(scrape_loop_->state().last_error.substr(0, 32), "received unsupported Content-Typ");
  scrape(testing::text_answer("a 1\n!\n"));
  EXPECT_EQ(scrape_loop_->state().last_error, "line 2: expected a metric name, got \"!\"");
  scrape(Error{Code::kLimit, "x"});
  EXPECT_EQ(scrape_loop_->state().last_error, "body size limit exceeded");
  scrape(testing::text_answer("a 1\n"));
  EXPECT_EQ(scrape_loop_->state().last_error, "");
}

TEST_F(ScrapeLoopTest, ForcedErrorAsksNobody) {
  scrape_loop_->force_error("target_limit exceeded");
  scrape_loop_->start();
  loop_.run_for(25'000);
  EXPECT_EQ(client_->requests.size(), 0u);
  EXPECT_EQ(got("up").substr(0, 10), "0.00 0.00 ");
  EXPECT_EQ(scrape_loop_->state().last_error, "target_limit exceeded");
}

TEST_F(ScrapeLoopTest, LateTicksKeepTheGridWithinTheTolerance) {
  scrape_loop_->start();
  const base::TimestampMs first = scrape(testing::text_answer("a 1\n"));
  client_->answer = [&](const net::HttpRequest&) { return testing::text_answer("a 1\n"); };
  clock_.set(first + 10'002);
  loop_.run_ready();
  EXPECT_EQ(scrape_loop_->state().last_scrape, first + 10'000);
  clock_.set(first + 20'003);
  loop_.run_ready();
  EXPECT_EQ(scrape_loop_->state().last_scrape, first + 20'003);
}

TEST_F(ScrapeLoopTest, OneScrapeAtATimeAndNoneCaughtUp) {
  scrape_loop_->start();
  loop_.run_for(35'000);
  ASSERT_EQ(client_->pending.size(), 1u);
  client_->pending.front().done(testing::text_answer("a 1\n"));
  loop_.run_for(10'000);
  EXPECT_EQ(client_->requests.size(), 2u);
}

TEST_F(ScrapeLoopTest, RetiredTargetGetsMarkersOfItsNextScrape) {
  scrape_loop_->start();
  const base::TimestampMs last = scrape(testing::text_answer("a 1\n"));
  bool done = false;
  scrape_loop_->retire([&] { done = true; });
  loop_.run_until(last + 20'000);
  EXPECT_FALSE(done);
  loop_.run_until(last + 21'000);
  EXPECT_TRUE(done);
  EXPECT_EQ(sink_.memory().samples(R"(a{instance="h:1", job="j"})"),
            "1@" + std::to_string(last) + " stale@" + std::to_string(last + 10'000));
  EXPECT_EQ(got("up"), "1.00 stale ");
  EXPECT_EQ(client_->requests.size(), 1u);
}

TEST_F(ScrapeLoopTest, StoppedTargetWritesNothingMore) {
  scrape_loop_->start();
  loop_.run_for(10'000);
  ASSERT_EQ(client_->pending.size(), 1u);
  scrape_loop_->stop();
  client_->pending.front().done(testing::text_answer("a 1\n"));
  loop_.run_for(60'000);
  EXPECT_EQ(got("a"), "");
  EXPECT_EQ(loop_.timers(), 0u);
}

TEST_F(ScrapeLoopTest, OutlivesItsAnswer) {
  scrape_loop_->start();
  loop_.run_for(10'000);
  ASSERT_EQ(client_->pending.size(), 1u);
  scrape_loop_.reset();
  client_->pending.front().done(testing::text_answer("a 1\n"));
  EXPECT_EQ(got("a"), "");
}

}  // namespace
}  // namespace tocsin::scrape
