// An unchanged active alert costs no allocation.
#include <gtest/gtest.h>

#include "rules/alerting_rule.h"
#include "tests/unit/rules/counting_heap.h"
#include "tests/unit/rules/fakes.h"

namespace tocsin::rules {
namespace {

using base::Labels;

/// Takes columns into memory given beforehand.
class NullWriter final : public base::StreamWriter {
 public:
  base::Result<base::WriterRow> add_series(std::span<const Labels> labels) override {
    column_.resize(column_.size() + labels.size());
    return static_cast<base::WriterRow>(column_.size() - labels.size());
  }
  std::vector<base::WriterRow> rows_of(std::span<const Labels> labels) const override {
    return std::vector<base::WriterRow>(labels.size(), base::kNoRow);
  }
  void remove_series(base::WriterRow) override {}
  base::Result<std::span<double>> begin(base::TimestampMs) override {
    return std::span<double>(column_);
  }
  std::span<double> column() override { return column_; }
  void add_loose(base::WriterRow, base::TimestampMs, double) override {}
  void add_histogram(base::WriterRow, base::TimestampMs, base::HistogramPtr) override {}
  base::Result<base::CommitStats> commit() override { return base::CommitStats{}; }
  void abandon() override {}
  base::Status close(base::TimestampMs) override { return {}; }

 private:
  std::vector<double> column_;
};

class NullSink final : public base::SampleSink {
 public:
  std::unique_ptr<base::StreamWriter> open_stream(std::string) override {
    return std::make_unique<NullWriter>();
  }
};

/// An answer that stays as it is.
class StillQuery final : public promql::Query {
 public:
  explicit StillQuery(size_t rows) : values_(rows, 1), present_((rows + 63) / 64) {
    auto schema = std::make_shared<promql::Schema>();
    schema->id = 1;
    for (size_t i = 0; i < rows; ++i) {
      schema->labels.push_back(Labels::of({{"__name__", "up"}, {"instance", std::to_string(i)}}));
      present_[i / 64] |= uint64_t{1} << (i % 64);
    }
    schema_ = std::move(schema);
  }
  base::Result<promql::QueryResult> run(const promql::EvalRange&,
                                        const promql::CancelFlag*) override {
    return base::Error{base::Code::kUnsupported, "instant only"};
  }
  base::Result<promql::InstantFrame> run_instant(base::TimestampMs,
                                                 const promql::CancelFlag*) override {
    promql::InstantFrame frame;
    frame.schema = schema_;
    frame.values = values_;
    frame.present = present_;
    return frame;
  }

 private:
  std::shared_ptr<const promql::Schema> schema_;
  std::vector<double> values_;
  std::vector<uint64_t> present_;
};

class StillAlerts : public ::testing::Test {
 protected:
  std::unique_ptr<AlertingRule> make(size_t alerts) {
    const RuleSpec spec = rule_of(
        "groups: [{name: g, rules: [{alert: Down, expr: up == 0, for: 1m, labels: {severity: page, "
        "team: '{{ $labels.instance }}'}, annotations: {summary: '{{ $value }}'}}]}]");
    auto rule =
        AlertingRule::make(spec, spec.labels,
                           {RuleQuery(std::make_unique<StillQuery>(alerts)), AlertSeries(sink, ""),
                            world.templates(), world.clock, base::kMinute, 0});
    EXPECT_TRUE(rule.ok());
    return *std::move(rule);
  }
  void pass(AlertingRule& rule) {
    const RulePass at{ts, ts, 1};
    EXPECT_TRUE(rule.evaluate(at, due).ok());
    EXPECT_TRUE(rule.write(at).ok());
    ++ts;
  }
  World world;
  NullSink sink;
  std::vector<base::Alert> due;
  base::TimestampMs ts = 1;
};

TEST_F(StillAlerts, CostNoAllocation) {
  if (!counts_allocations()) GTEST_SKIP() << "the sanitizer owns the heap";
  const auto rule = make(1000);
  pass(*rule);
  pass(*rule);
  const uint64_t before = allocations();
  for (int i = 0; i < 10; ++i) pass(*rule);
  EXPECT_EQ(allocations() - before, 0u);
  EXPECT_EQ(rule->view(true).alerts.size(), 1000u);
}

}  // namespace
}  // namespace tocsin::rules
