#include "promql/script/memory_source.h"

#include <gtest/gtest.h>

#include <string>

#include "promql/script/stored_hint.h"

namespace tocsin::promql {
namespace {

using base::Labels;

const Labels kA = Labels::of({{"__name__", "a"}, {"x", "1"}});
const Labels kB = Labels::of({{"__name__", "b"}});

// Writes down what a scan shows.
class Recorder final : public base::TileVisitor {
 public:
  void on_tile(const base::Tile& tile) override {
    text += "tile " + std::to_string(tile.first_row) + ":";
    for (size_t c = 0; c < tile.t.size(); ++c) {
      text += " " + std::to_string(tile.t[c]) + "=" + std::to_string(tile.values[c][0]);
      if (tile.starts != nullptr) text += "<" + std::to_string(tile.starts[c][0]);
    }
    text += "\n";
  }
  void on_mixed(const base::MixedSeries& series) override {
    text += "mixed " + std::to_string(series.row) + ":";
    for (size_t i = 0; i < series.t.size(); ++i) {
      text += " " + std::to_string(series.t[i]) + (series.h[i] ? "h" : "f");
      if (!series.starts.empty()) text += "<" + std::to_string(series.starts[i]);
    }
    text += "\n";
  }
  std::string text;
};

std::string scan(base::Selection& selection, base::TimestampMs from, base::TimestampMs to) {
  const auto rows = selection.rows();
  Recorder recorder;
  const auto count = static_cast<uint32_t>(rows->labels.size());
  EXPECT_TRUE(selection.scan(*rows, {0, count}, {from, to}, recorder).ok());
  return recorder.text;
}

std::shared_ptr<base::Selection> select_all(MemorySource& source) { return *source.select({}); }

TEST(MemorySource, ScansALeftOpenInterval) {
  MemorySource source;
  for (const base::TimestampMs t : {0, 10, 20, 30}) {
    ASSERT_TRUE(source.append(kA, t, static_cast<double>(t)).ok());
  }
  EXPECT_EQ(scan(*select_all(source), 0, 20), "tile 0: 10=10.000000 20=20.000000\n");
  EXPECT_EQ(scan(*select_all(source), 30, 90), "");
}

TEST(MemorySource, SeriesWithHistogramsAreMixedOnlyWhereTheyHaveThem) {
  MemorySource source;
  ASSERT_TRUE(source.append(kA, 0, 1.0).ok());
  ASSERT_TRUE(source.append(kA, 10, std::make_shared<base::FloatHistogram>()).ok());
  ASSERT_TRUE(source.append(kA, 20, 2.0).ok());
  EXPECT_EQ(scan(*select_all(source), -1, 20), "mixed 0: 0f 10h 20f\n");
  EXPECT_EQ(scan(*select_all(source), 10, 20), "tile 0: 20=2.000000\n");
}

TEST(MemorySource, TellsOfStartsOnceASeriesHasOne) {
  MemorySource source;
  ASSERT_TRUE(source.append(kA, 10, 1.0).ok());
  ASSERT_TRUE(source.append(kB, 10, 1.0).ok());
  ASSERT_TRUE(source.append(kA, 20, 2.0, 15).ok());
  EXPECT_EQ(scan(*select_all(source), 0, 20),
            "tile 0: 10=1.000000<0 20=2.000000<15\ntile 1: 10=1.000000\n");
  ASSERT_TRUE(source.append(kA, 30, std::make_shared<base::FloatHistogram>()).ok());
  EXPECT_EQ(scan(*select_all(source), 10, 30), "mixed 0: 20f<15 30h<0\n");
}

TEST(MemorySource, SelectionFollowsNewSeriesAndKeepsItsRowsOtherwise) {
  MemorySource source;
  ASSERT_TRUE(source.append(kA, 0, 1.0).ok());
  const auto all = select_all(source);
  const auto only_a = *source.select({base::Matcher::equal("x", "1")});
  const auto all_rows = all->rows();
  const auto a_rows = only_a->rows();
  ASSERT_TRUE(source.append(kA, 5, 1.0).ok());
  EXPECT_EQ(all->rows(), all_rows);
  ASSERT_TRUE(source.append(kB, 5, 1.0).ok());
  EXPECT_EQ(all->rows()->labels, (std::vector<Labels>{kA, kB}));
  EXPECT_NE(all->rows()->version, all_rows->version);
  EXPECT_EQ(only_a->rows(), a_rows);
}

TEST(MemorySource, ClearForgetsSeriesAndTime) {
  MemorySource source;
  ASSERT_TRUE(source.append(kA, 50, 1.0).ok());
  const auto all = select_all(source);
  EXPECT_EQ(all->rows()->labels.size(), 1u);
  source.clear();
  EXPECT_TRUE(all->rows()->labels.empty());
  EXPECT_TRUE(source.append(kA, 0, 1.0).ok());
}

std::string hints_of(std::initializer_list<base::FloatHistogram> histograms) {
  std::string out;
  const base::FloatHistogram* previous = nullptr;
  for (const auto& histogram : histograms) {
    out += std::to_string(static_cast<int>(stored_hint(previous, histogram)));
    previous = &histogram;
  }
  return out;
}

base::FloatHistogram histogram(double count, double bucket) {
  base::FloatHistogram h;
  h.count = count;
  h.positive_spans = {{0, 1}};
  h.positive_buckets = {bucket};
  return h;
}

// 0: unknown, 1: reset, 2: not_reset, 3: gauge.
TEST(StoredHint, BreaksRunsAtResets) {
  EXPECT_EQ(hints_of({histogram(1, 1), histogram(2, 2), histogram(2, 2)}), "022");
  EXPECT_EQ(hints_of({histogram(2, 1), histogram(1, 1)}), "00");
  EXPECT_EQ(hints_of({histogram(2, 2), histogram(3, 1)}), "00");
}

TEST(StoredHint, FollowsExplicitHints) {
  base::FloatHistogram reset = histogram(5, 5);
  reset.counter_reset_hint = base::CounterResetHint::kReset;
  base::FloatHistogram gauge = histogram(6, 6);
  gauge.counter_reset_hint = base::CounterResetHint::kGauge;
  EXPECT_EQ(hints_of({histogram(1, 1), reset, gauge, histogram(7, 7)}), "0030");
}

TEST(StoredHint, BreaksRunsWhereTheLayoutChanges) {
  base::FloatHistogram finer = histogram(5, 5);
  finer.schema = 1;
  EXPECT_EQ(hints_of({histogram(1, 1), finer, finer}), "002");
}

TEST(MemorySource, RefusesToGoBackInTime) {
  MemorySource source;
  ASSERT_TRUE(source.append(kA, 50, 1.0).ok());
  EXPECT_EQ(source.append(kA, 50, 1.0).error().message,
            "out of order sample for a{x=\"1\"}: 50 ms is not after 50 ms");
}

TEST(MemorySource, ListsSeriesInTime) {
  MemorySource source;
  ASSERT_TRUE(source.append(kA, 0, 1.0).ok());
  ASSERT_TRUE(source.append(kB, 50, 1.0).ok());
  EXPECT_EQ(*source.series({}, 0, 49), std::vector<Labels>{kA});
  EXPECT_EQ(source.series({{base::Matcher::equal("__name__", "b")}}, 0, 99)->front(), kB);
}

}  // namespace
}  // namespace tocsin::promql
