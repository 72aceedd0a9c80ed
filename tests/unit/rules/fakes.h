// Stand-ins for what rules read from and write to.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/alert.h"
#include "engine/base/log.h"
#include "engine/base/metrics.h"
#include "engine/base/sample_sink.h"
#include "engine/base/series_source.h"
#include "promql/eval/query.h"
#include "rules/group.h"
#include "rules/rule.h"
#include "tests/support/fake_time.h"

namespace tocsin::rules {

/// A store that keeps every sample of every series: what rules write, queries read.
class FakeStore final : public base::SeriesSource, public base::SampleSink {
 public:
  /// Who wrote all series, as far as selections tell.
  static constexpr uint32_t kScrapeWriter = 7;
  void add(const base::Labels& labels, base::TimestampMs t, double v) { series_[labels][t] = v; }
  /// "T:V T:V …" with times in seconds; "stale" for stale markers.
  std::string show(const base::Labels& labels) const;
  const std::map<base::Labels, std::map<base::TimestampMs, double>>& series() const {
    return series_;
  }
  size_t commits() const { return commits_; }

  base::Result<std::shared_ptr<base::Selection>> select(const base::Matchers& matchers) override;
  base::Result<std::vector<base::Labels>> series(const std::vector<base::Matchers>& selectors,
                                                 base::TimestampMs from,
                                                 base::TimestampMs to) override;
  std::unique_ptr<base::StreamWriter> open_stream(std::string name) override;

 private:
  friend class FakeWriter;
  std::map<base::Labels, std::map<base::TimestampMs, double>> series_;
  size_t commits_ = 0;
};

/// A query whose answers the test sets.
class FakeQuery final : public promql::Query {
 public:
  /// What run_instant gives from now on. Rows without a value in `values` are absent.
  struct Script {
    std::vector<base::Labels> rows;
    std::map<size_t, double> values;
    std::map<size_t, base::HistogramPtr> histograms;  ///< Instead of values.
    uint64_t schema_id = 1;
    std::string error;  ///< Not empty: the query fails.
    std::vector<base::TimestampMs> asked;
  };
  explicit FakeQuery(std::shared_ptr<Script> script) : script_(std::move(script)) {}
  base::Result<promql::QueryResult> run(const promql::EvalRange&,
                                        const promql::CancelFlag*) override;
  base::Result<promql::InstantFrame> run_instant(base::TimestampMs t,
                                                 const promql::CancelFlag*) override;

 private:
  std::shared_ptr<Script> script_;
  std::shared_ptr<const promql::Schema> schema_;
  std::vector<double> values_;
  std::vector<uint64_t> present_;
  std::vector<base::HistogramPtr> histograms_;
};

class FakeAlerts final : public base::AlertSink {
 public:
  void on_alerts(const std::vector<base::Alert>& alerts) override {
    for (const base::Alert& alert : alerts) sent.push_back(alert);
  }
  /// Takes what was sent since the last call.
  std::vector<base::Alert> take() { return std::exchange(sent, {}); }
  std::vector<base::Alert> sent;
};

/// One of everything, at time 0.
struct World {
  testing::FakeClock clock{0};
  FakeStore store;
  FakeAlerts alerts;
  base::MetricRegistry metrics;
  std::vector<std::string> log_lines;
  RuleServices services{
      store,
      store,
      {&alerts},
      clock,
      metrics,
      base::Log::to(base::LogLevel::kWarn, base::LogFormat::kLogfmt,
                    [this](std::string_view line) { log_lines.emplace_back(line); })};
  std::shared_ptr<const TemplateHost> templates(ExternalNames names = {}) {
    return std::make_shared<const TemplateHost>(store, clock, promql::EvalOptions{},
                                                std::move(names), metrics, services.log);
  }
  /// The line of the metrics page that begins so, or "".
  std::string metric(const std::string& begin) const;
};

/// The groups of a rule file that must be right.
std::vector<GroupSpec> groups_of(std::string_view text, const std::string& path = "rules.yml");
/// The first rule of the first group.
RuleSpec rule_of(std::string_view text);

}  // namespace tocsin::rules
