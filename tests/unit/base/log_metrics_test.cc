#include <gtest/gtest.h>

#include "engine/base/annotations.h"
#include "engine/base/log.h"
#include "engine/base/metrics.h"

namespace tocsin::base {
namespace {

std::string logged(LogFormat format) {
  std::string line;
  const Log log = Log::to(LogLevel::kInfo, format, [&](std::string_view text) { line = text; });
  log.debug("not shown");
  log.with_component("scrape").warn("Scrape \"failed\"", {{"target", "a b"}, {"code", "500"}});
  return line;
}

TEST(Log, LogfmtQuotesWhatNeedsIt) {
  const std::string line = logged(LogFormat::kLogfmt);
  EXPECT_NE(
      line.find(R"( level=warn component=scrape msg="Scrape \"failed\"" target="a b" code=500)"),
      std::string::npos)
      << line;
}

TEST(Log, JsonHasTheFieldsOfTheSeeds) {
  const std::string line = logged(LogFormat::kJson);
  EXPECT_NE(
      line.find(
          R"("level":"WARN","component":"scrape","message":"Scrape \"failed\"","target":"a b")"),
      std::string::npos)
      << line;
}

TEST(Metrics, ExposesSortedFamiliesWithEscapes) {
  MetricRegistry registry;
  registry.gauge("b_gauge", "A gauge.", {{"path", "a\"\\\n"}}).set(1.5);
  registry.counter("a_total", "Counts\nthings.").add();
  registry.counter("a_total", "Counts\nthings.").add(2);
  EXPECT_EQ(registry.expose(),
            "# HELP a_total Counts\\nthings.\n# TYPE a_total counter\na_total 3\n"
            "# HELP b_gauge A gauge.\n# TYPE b_gauge gauge\nb_gauge{path=\"a\\\"\\\\\\n\"} 1.5\n");
}

TEST(Metrics, HistogramBucketsAreCumulative) {
  MetricRegistry registry;
  HistogramMetric& seconds = registry.histogram("seconds", "Time.", {0.1, 1});
  for (const double v : {0.05, 0.1, 0.5, 7.0}) seconds.observe(v);
  EXPECT_EQ(registry.expose(),
            "# HELP seconds Time.\n# TYPE seconds histogram\nseconds_bucket{le=\"0.1\"} 2\n"
            "seconds_bucket{le=\"1\"} 3\nseconds_bucket{le=\"+Inf\"} 4\nseconds_sum 7.65\n"
            "seconds_count 4\n");
}

TEST(Annotations, AreRenderedOnceWithPositions) {
  Annotations annotations;
  const Annotation info{Severity::kInfo, "metric might not be a counter", PosRange{6, 9}};
  annotations.add(info);
  annotations.add(info);
  EXPECT_EQ(annotations.render(Severity::kInfo, "rate(\nfoo[5m])"),
            std::vector<std::string>{"PromQL info: metric might not be a counter (2:1)"});
  EXPECT_TRUE(annotations.render(Severity::kWarning, "").empty());
}

TEST(Annotations, OfOneMessageKeepTheLastPosition) {
  Annotations annotations;
  annotations.add({Severity::kWarning, "mixed", PosRange{5, 8}});
  annotations.add({Severity::kInfo, "mixed", PosRange{5, 8}});
  annotations.add({Severity::kWarning, "mixed", PosRange{9, 12}});
  EXPECT_EQ(annotations.render(Severity::kWarning, "rate(a) + rate(b)"),
            std::vector<std::string>{"PromQL warning: mixed (1:10)"});
  EXPECT_EQ(annotations.items().size(), 2u);
}

class Count final : public Tally {
 public:
  explicit Count(int n) : n_(n) {}
  std::shared_ptr<const Tally> plus(const Tally& other) const override {
    return std::make_shared<Count>(n_ + dynamic_cast<const Count&>(other).n_);
  }
  std::string text() const override { return ", " + std::to_string(n_) + " times"; }

 private:
  int n_;
};

TEST(Annotations, SumUpWhatTheyCount) {
  Annotations annotations;
  annotations.add({Severity::kWarning, "odd", PosRange{5, 8}, std::make_shared<Count>(2)});
  Annotations others;
  others.add({Severity::kWarning, "odd", PosRange{9, 12}, std::make_shared<Count>(3)});
  annotations.merge(others);
  EXPECT_EQ(annotations.render(Severity::kWarning, "rate(a) + rate(b)"),
            std::vector<std::string>{"PromQL warning: odd, 5 times (1:6)"});
}

// A reader that waits for a lock whose holder uses the registry must not stop both for ever.
TEST(Metrics, AsksReadersWithoutHoldingTheRegistry) {
  MetricRegistry metrics;
  metrics.gauge_from("a", "A.", [&] { return metrics.counter("b", "B.").value() + 1; });
  EXPECT_NE(metrics.expose().find("\na 1\n"), std::string::npos);
}

}  // namespace
}  // namespace tocsin::base
