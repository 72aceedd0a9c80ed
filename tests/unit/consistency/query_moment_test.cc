// The evaluator over the store: a query sees each scrape whole or not at all, in all its selectors
// and on all its threads. Every scrape gives all series its number.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "engine/tsdb/store.h"
#include "promql/eval/query_family.h"
#include "promql/syntax/parser.h"
#include "tests/support/fake_time.h"

namespace tocsin {
namespace {

using base::TimestampMs;

constexpr TimestampMs kStart = 1'700'000'000'000;
constexpr TimestampMs kEnd = kStart + base::kHour;
constexpr int kRows = 256;  // Of each metric: four morsels.

/// Scrapes a metric x in columns and a metric y whose samples come with timestamps, all at once.
class Target {
 public:
  explicit Target(tsdb::Store& store) : writer_(store.open_stream("target")) {
    std::vector<base::Labels> labels;
    for (const char* metric : {"x", "y"}) {
      for (int i = 0; i < kRows; ++i) {
        labels.push_back(base::Labels::of({{base::kMetricName, metric}, {"i", std::to_string(i)}}));
      }
    }
    EXPECT_TRUE(writer_->add_series(labels).ok());
    scrape();
  }

  void scrape() {
    ++scrapes;
    const TimestampMs t = kStart + scrapes;
    const auto column = writer_->begin(t);
    ASSERT_TRUE(column.ok());
    for (base::WriterRow row = 0; row < kRows; ++row) {
      (*column)[row] = scrapes;
      writer_->add_loose(kRows + row, t, scrapes);
    }
    ASSERT_TRUE(writer_->commit().ok());
  }

  int scrapes = 0;

 private:
  std::unique_ptr<base::StreamWriter> writer_;
};

/// A store that is written to before each scan.
class BusySource final : public base::SeriesSource {
 public:
  BusySource(tsdb::Store& store, Target& target) : store_(store), target_(target) {}

  base::Result<std::shared_ptr<base::Selection>> select(const base::Matchers& matchers) override {
    ASSIGN_OR_RETURN(auto selection, store_.select(matchers));
    return std::shared_ptr<base::Selection>(
        std::make_shared<BusySelection>(std::move(selection), *this));
  }
  base::Moment now() override { return store_.now(); }
  base::Result<std::vector<base::Labels>> series(const std::vector<base::Matchers>& selectors,
                                                 TimestampMs from, TimestampMs to) override {
    return store_.series(selectors, from, to);
  }

 private:
  class BusySelection final : public base::Selection {
   public:
    BusySelection(std::shared_ptr<base::Selection> inner, BusySource& source)
        : inner_(std::move(inner)), source_(source) {}
    std::shared_ptr<const base::RowSet> rows() override { return inner_->rows(); }
    base::Status scan(const base::RowSet& rows, base::RowRange range,
                      const base::ScanWindow& window, base::TileVisitor& visitor) const override {
      source_.target_.scrape();
      if (source_.target_.scrapes % 5 == 0) source_.store_.housekeep();
      return inner_->scan(rows, range, window, visitor);
    }

   private:
    const std::shared_ptr<base::Selection> inner_;
    BusySource& source_;
  };

  tsdb::Store& store_;
  Target& target_;
};

/// Nothing but zeros, whatever the scrape.
const std::vector<std::string> kZeros = {
    "max(x) - min(x)",
    "x - on (i) y",
    "max by (i) (x) - on (i) y - (x - on (i) y)",
    "max(max_over_time(x[1h])) - min(max_over_time(x[1h]))",
    "sum_over_time(x[1h]) - on (i) sum_over_time(y[1h])",
    "stddev(last_over_time({i=~\".+\"}[1h]))",
    "max_over_time((max(x) - min(y))[30m:1m])",
    "max(timestamp(x)) - min(timestamp(y))",
};

class QueryMoment : public ::testing::Test {
 protected:
  std::unique_ptr<promql::Query> prepare(const std::string& text, base::SeriesSource& source) {
    const auto expr = promql::parse_expr(text, {});
    EXPECT_TRUE(expr.ok()) << text;
    auto query = promql::Query::prepare(**expr, text, source, options, clock);
    EXPECT_TRUE(query.ok()) << text;
    return *std::move(query);
  }
  /// How many samples a run found that are not zero; −1 when it found none at all.
  static int off_zero(promql::Query& query, const promql::EvalRange& range) {
    const auto result = query.run(range);
    if (!result.ok() || result->series.empty()) return -1;
    int wrong = 0;
    for (const promql::ResultSeries& series : result->series) {
      for (const promql::Point& point : series.points) wrong += point.v != 0 ? 1 : 0;
    }
    return wrong;
  }

  const promql::EvalRange instant{kEnd, kEnd, 0};
  const promql::EvalRange range{kStart + base::kMinute, kEnd, base::kMinute};
  testing::FakeClock clock{kEnd};
  tsdb::Store store{{.retention = base::kDay}, clock};
  Target target{store};
  base::ThreadPool pool{3};
  promql::EvalOptions options = [this] {
    promql::EvalOptions out;
    out.lookback_delta = base::kDay;
    out.parallelism = {&pool, 4, 64};
    return out;
  }();
};

TEST_F(QueryMoment, AllScansOfAQuerySeeTheSameScrapes) {
  base::InlineExecutor executor;  // One morsel after the other.
  options.parallelism.executor = &executor;
  BusySource busy(store, target);
  for (const std::string& text : kZeros) {
    const auto query = prepare(text, busy);
    for (const promql::EvalRange& when : {instant, range}) {
      const int before = target.scrapes;
      EXPECT_EQ(off_zero(*query, when), 0) << text;
      EXPECT_GT(target.scrapes, before) << text;
    }
  }
}

TEST_F(QueryMoment, QueriesOfAPassSeeTheSameScrapesButForWhatTheyWrite) {
  BusySource busy(store, target);
  auto recorded = store.open_stream("rule");
  const base::Labels labels = base::Labels::of({{base::kMetricName, "recorded"}});
  ASSERT_TRUE(recorded->add_series({&labels, 1}).ok());
  const auto family = promql::QueryFamily::make(busy, options, clock, {"recorded"});
  std::vector<std::unique_ptr<promql::Query>> queries;
  const std::vector<std::string> texts = {"sum(x)", "sum(x) - sum(y)", "max(x)", "recorded"};
  std::vector<promql::ExprPtr> exprs;
  for (const std::string& text : texts) {
    exprs.push_back(*promql::parse_expr(text, {}));
    family->announce(*exprs.back());
  }
  for (size_t i = 0; i < texts.size(); ++i) {
    queries.push_back(*family->prepare(*exprs[i], texts[i]));
  }
  for (int pass = 0; pass < 10; ++pass) {
    const int scrapes = target.scrapes;
    family->begin_pass();
    EXPECT_EQ(queries[0]->run_instant(kEnd)->values[0], scrapes * kRows);
    EXPECT_EQ(queries[1]->run_instant(kEnd)->values[0], 0);
    EXPECT_EQ(queries[2]->run_instant(kEnd)->values[0], scrapes);
    (*recorded->begin(kStart + pass))[0] = pass;
    ASSERT_TRUE(recorded->commit().ok());
    EXPECT_EQ(queries[3]->run_instant(kEnd)->values[0], pass);
    family->end_pass();
    EXPECT_GT(target.scrapes, scrapes);
  }
}

TEST_F(QueryMoment, HoldsWhileAScraperWrites) {
  constexpr int kScrapes = 3000;
  std::atomic<bool> writing = true;
  std::thread writer([&] {
    while (target.scrapes < kScrapes) target.scrape();
    writing = false;
  });
  std::thread keeper([&] {
    while (writing) {
      store.housekeep();
      std::this_thread::yield();
    }
  });
  std::vector<std::unique_ptr<promql::Query>> queries;
  for (const std::string& text : kZeros) queries.push_back(prepare(text, store));
  do {
    for (size_t i = 0; i < queries.size(); ++i) {
      EXPECT_EQ(off_zero(*queries[i], instant), 0) << kZeros[i];
      EXPECT_EQ(off_zero(*queries[i], range), 0) << kZeros[i];
    }
  } while (writing);
  writer.join();
  keeper.join();
}

}  // namespace
}  // namespace tocsin
