#include "engine/tsdb/store.h"

#include <gtest/gtest.h>

#include "tests/unit/tsdb/reading.h"
#include "tests/unit/tsdb/writing.h"

namespace tocsin::tsdb {
namespace {

using base::Labels;
using base::Matcher;
using base::MatchOp;
using ::testing::Test;

class StoreTest : public Test {
 protected:
  std::vector<Seen> samples(const std::string& metric, base::TimestampMs from = kStart - 1,
                            base::TimestampMs to = kStart + base::kDay) {
    const Reading reading = read(store, metric_is(metric), from, to);
    EXPECT_EQ(reading.broken, std::vector<std::string>{});
    return reading.series.empty() ? std::vector<Seen>{} : reading.series.begin()->second;
  }

  tocsin::testing::FakeClock clock{kStart};
  Store store{{}, clock};
};

TEST_F(StoreTest, WhatIsCommittedIsRead) {
  Scraper a(store, "a");
  EXPECT_EQ(a.scrape(kStart, {{"x", 1}, {"y", 2}}).samples, 2u);
  a.scrape(kStart + 15'000, {{"x", 3}, {"y", 4}});
  EXPECT_EQ(samples("x"), (std::vector{value_at(kStart, 1), value_at(kStart + 15'000, 3)}));
  EXPECT_EQ(samples("y"), (std::vector{value_at(kStart, 2), value_at(kStart + 15'000, 4)}));
}

TEST_F(StoreTest, TheRangeIsOpenOnTheLeftAndClosedOnTheRight) {
  Scraper a(store, "a");
  a.scrape(1000, {{"x", 1}});
  a.scrape(2000, {{"x", 2}});
  a.scrape(3000, {{"x", 3}});
  EXPECT_EQ(samples("x", 1000, 2000), (std::vector{value_at(2000, 2)}));
  EXPECT_EQ(samples("x", 3000, 9000), std::vector<Seen>{});
}

TEST_F(StoreTest, AnOpenColumnIsUnseenAndAnAbandonedOneNeverWas) {
  Scraper a(store, "a");
  a.scrape(1000, {{"x", 1}});
  auto column = a.writer().begin(2000);
  ASSERT_TRUE(column.ok());
  (*column)[a.row("x")] = 2;
  EXPECT_EQ(samples("x", 0, 9000), (std::vector{value_at(1000, 1)}));
  a.writer().abandon();
  a.scrape(2000, {{"x", 5}});
  EXPECT_EQ(samples("x", 0, 9000), (std::vector{value_at(1000, 1), value_at(2000, 5)}));
}

TEST_F(StoreTest, AColumnMustBeLaterThanTheLast) {
  Scraper a(store, "a");
  a.scrape(1000, {{"x", 1}});
  const auto same = a.writer().begin(1000);
  ASSERT_FALSE(same.ok());
  EXPECT_EQ(same.error().code, base::Code::kInvalid);
  EXPECT_FALSE(a.writer().commit().ok());
}

TEST_F(StoreTest, ARowWithoutAValueGetsOneStaleMarker) {
  Scraper a(store, "a");
  a.scrape(1000, {{"x", 1}, {"y", 1}});
  EXPECT_EQ(a.scrape(2000, {{"y", 2}}).stale, 1u);
  EXPECT_EQ(a.scrape(3000, {{"y", 3}}).stale, 0u);
  a.scrape(4000, {{"x", 4}, {"y", 4}});
  EXPECT_EQ(samples("x", 0, 9000),
            (std::vector{value_at(1000, 1), stale_at(2000), value_at(4000, 4)}));
}

TEST_F(StoreTest, StalenessHoldsAcrossBlocks) {
  Scraper a(store, "a");
  for (int i = 1; i <= 8; ++i) a.scrape(1000 * i, {{"x", 1.0 * i}, {"y", 0}});
  a.scrape(9000, {{"y", 0}});
  EXPECT_EQ(samples("x", 7000, 9000), (std::vector{value_at(8000, 8), stale_at(9000)}));
}

TEST_F(StoreTest, ARemovedRowGetsItsMarkerWithTheNextCommit) {
  Scraper a(store, "a");
  a.scrape(1000, {{"x", 1}, {"y", 1}});
  a.remove("x");
  EXPECT_EQ(samples("x", 0, 9000), (std::vector{value_at(1000, 1)}));
  EXPECT_EQ(a.scrape(2000, {{"y", 2}, {"z", 2}}).stale, 1u);
  EXPECT_EQ(samples("x", 0, 9000), (std::vector{value_at(1000, 1), stale_at(2000)}));
  EXPECT_EQ(samples("z", 0, 9000), (std::vector{value_at(2000, 2)}));
}

TEST_F(StoreTest, CloseMarksWhatLives) {
  Scraper a(store, "a");
  a.scrape(1000, {{"x", 1}, {"y", 1}});
  a.scrape(2000, {{"x", 2}});
  ASSERT_TRUE(a.writer().close(3000).ok());
  EXPECT_EQ(samples("x", 0, 9000),
            (std::vector{value_at(1000, 1), value_at(2000, 2), stale_at(3000)}));
  EXPECT_EQ(samples("y", 0, 9000), (std::vector{value_at(1000, 1), stale_at(2000)}));
}

TEST_F(StoreTest, CloseMarksBehindTheLastColumn) {
  Scraper a(store, "a");
  a.scrape(1000, {{"x", 1}});
  ASSERT_TRUE(a.writer().close(1000).ok());
  EXPECT_EQ(samples("x", 0, 9000), (std::vector{value_at(1000, 1), stale_at(1001)}));
}

TEST_F(StoreTest, CloseLeavesTheSeriesThatAnotherWriterHas) {
  Scraper a(store, "a");
  Scraper b(store, "b");
  a.scrape(1000, {{"x", 1}, {"y", 1}});
  b.scrape(2000, {{"x", 2}});
  ASSERT_TRUE(a.writer().close(1500).ok());
  EXPECT_EQ(samples("x", 0, 9000), (std::vector{value_at(1000, 1), value_at(2000, 2)}));
  EXPECT_EQ(samples("y", 0, 9000), (std::vector{value_at(1000, 1), stale_at(1500)}));
  EXPECT_EQ(store.stats().stale_markers, 1u);
}

TEST_F(StoreTest, CloseMarksTheSeriesThatAnotherWriterHadOnce) {
  Scraper a(store, "a");
  Scraper b(store, "b");
  a.scrape(1000, {{"x", 1}});
  b.scrape(1000, {{"x", 2}});
  ASSERT_TRUE(b.writer().close(1500).ok());
  ASSERT_TRUE(a.writer().close(2000).ok());
  EXPECT_EQ(samples("x", 0, 9000), (std::vector{value_at(1000, 2), stale_at(2000)}));
}

TEST_F(StoreTest, AWriterTellsItsRows) {
  auto a = store.open_stream("a");
  auto b = store.open_stream("b");
  const std::vector<base::Labels> labels = {labels_of("x"), labels_of("y"), labels_of("z")};
  const auto first = a->add_series(std::span(labels).first(2));
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(b->add_series(std::span(labels).last(2)).ok());
  EXPECT_EQ(a->rows_of(labels), (std::vector<base::WriterRow>{*first, *first + 1, base::kNoRow}));
  a->remove_series(*first + 1);
  EXPECT_EQ(a->rows_of(labels), (std::vector<base::WriterRow>{*first, base::kNoRow, base::kNoRow}));
}

TEST_F(StoreTest, RowsTellTheirWriters) {
  Scraper a(store, "a");
  Scraper b(store, "b");
  b.scrape(kStart, {{"x", 1}, {"y", 1}});
  a.scrape(kStart, {{"x", 1}});
  const auto numbers = [this](const std::string& metric) {
    return (*store.select(metric_is(metric)))->rows()->writers;
  };
  EXPECT_NE(a.writer().number(), 0u);
  EXPECT_EQ(numbers("x"), (std::vector{a.writer().number(), b.writer().number()}));
  EXPECT_EQ(numbers("y"), std::vector{b.writer().number()});
  EXPECT_TRUE(numbers("z").empty());
}

TEST_F(StoreTest, DestroyingAWriterLeavesTheDataAsItIs) {
  Scraper a(store, "a");
  a.scrape(1000, {{"x", 1}});
  a.destroy();
  EXPECT_EQ(samples("x", 0, 9000), (std::vector{value_at(1000, 1)}));
}

TEST_F(StoreTest, ASeriesThatReturnsContinues) {
  Scraper a(store, "a");
  a.scrape(1000, {{"x", 1}, {"y", 1}});
  a.remove("x");
  a.scrape(2000, {{"y", 2}});
  a.scrape(3000, {{"x", 3}, {"y", 3}});
  EXPECT_EQ(samples("x", 0, 9000),
            (std::vector{value_at(1000, 1), stale_at(2000), value_at(3000, 3)}));
  EXPECT_EQ(store.stats().series, 2u);
}

TEST_F(StoreTest, ALabelSetOfTwoStreamsIsOneRowAndTheNewestPlaceWins) {
  Scraper a(store, "a");
  Scraper b(store, "b");
  a.scrape(1000, {{"x", 1}});
  b.scrape(2000, {{"x", 2}});
  a.scrape(3000, {{"x", 3}});
  b.scrape(3000, {{"x", 33}});
  EXPECT_EQ(samples("x", 0, 9000),
            (std::vector{value_at(1000, 1), value_at(2000, 2), value_at(3000, 33)}));
  EXPECT_EQ(store.stats().series, 1u);
}

TEST_F(StoreTest, AValueGoesBeforeTheStaleMarkerOfAnotherStream) {
  Scraper a(store, "a");
  Scraper b(store, "b");
  a.scrape(1000, {{"x", 1}});
  b.scrape(1000, {{"x", 1}});
  a.scrape(2000, {{"x", 2}});
  ASSERT_TRUE(b.writer().close(2000).ok());
  EXPECT_EQ(samples("x", 0, 9000), (std::vector{value_at(1000, 1), value_at(2000, 2)}));
}

TEST_F(StoreTest, LooseSamplesKeepTheirTimesAndGetNoMarker) {
  Scraper a(store, "a");
  const auto x = a.row("x");
  ASSERT_TRUE(a.writer().begin(2000).ok());
  a.writer().add_loose(x, 1500, 7);
  EXPECT_EQ(samples("x", 0, 9000), std::vector<Seen>{});
  EXPECT_EQ(a.writer().commit()->samples, 1u);
  EXPECT_EQ(a.scrape(3000, {{"y", 1}}).stale, 0u);
  EXPECT_EQ(samples("x", 0, 9000), (std::vector{value_at(1500, 7)}));
}

TEST_F(StoreTest, LateAndDoubleLooseSamplesAreRefusedAndCounted) {
  Scraper a(store, "a");
  const auto x = a.row("x");
  ASSERT_TRUE(a.writer().begin(5000).ok());
  a.writer().add_loose(x, 1500, 7);
  a.writer().add_loose(x, 1500, 7);
  a.writer().add_loose(x, 1500, 8);
  a.writer().add_loose(x, 1499, 7);
  const auto stats = a.writer().commit();
  ASSERT_TRUE(stats.ok());
  EXPECT_EQ(stats->samples, 1u);
  EXPECT_EQ(stats->duplicate, 1u);
  EXPECT_EQ(stats->out_of_order, 1u);
  EXPECT_EQ(samples("x", 0, 9000), (std::vector{value_at(1500, 7)}));
}

TEST_F(StoreTest, ColumnsAndLooseSamplesOfARowShareOneOrder) {
  Scraper a(store, "a");
  a.scrape(1000, {{"x", 1}});
  ASSERT_TRUE(a.writer().begin(2000).ok());
  a.writer().add_loose(a.row("x"), 900, 0);   // Older than the column's.
  a.writer().add_loose(a.row("x"), 3500, 3);  // From a fast clock.
  EXPECT_EQ(a.writer().commit()->out_of_order, 1u);
  EXPECT_EQ(a.scrape(3000, {{"x", 4}}).out_of_order, 1u);
  EXPECT_EQ(a.scrape(4000, {{"x", 5}}).samples, 1u);
  EXPECT_EQ(samples("x", 0, 9000),
            (std::vector{value_at(1000, 1), value_at(3500, 3), value_at(4000, 5)}));
}

base::HistogramPtr histogram(double count) {
  base::FloatHistogram h;
  h.count = count;
  return std::make_shared<const base::FloatHistogram>(h);
}

TEST_F(StoreTest, HistogramsAreMixedSeriesAndGoStale) {
  Scraper a(store, "a");
  const auto x = a.row("x");
  ASSERT_TRUE(a.writer().begin(1000).ok());
  a.writer().add_histogram(x, 1000, histogram(5));
  ASSERT_TRUE(a.writer().commit().ok());
  EXPECT_EQ(a.scrape(2000, {{"y", 1}}).stale, 1u);
  EXPECT_EQ(a.scrape(3000, {{"y", 1}}).stale, 0u);
  EXPECT_EQ(samples("x", 0, 9000), (std::vector{histogram_at(1000, 5), stale_at(2000)}));
}

TEST_F(StoreTest, AHistogramAfterAFloatIsNoGap) {
  Scraper a(store, "a");
  a.scrape(1000, {{"x", 1}});
  ASSERT_TRUE(a.writer().begin(2000).ok());
  a.writer().add_histogram(a.row("x"), 2000, histogram(5));
  EXPECT_EQ(a.writer().commit()->stale, 0u);
  a.scrape(3000, {{"x", 3}});
  EXPECT_EQ(samples("x", 0, 9000),
            (std::vector{value_at(1000, 1), histogram_at(2000, 5), value_at(3000, 3)}));
}

TEST_F(StoreTest, MetricsLieInRunsAndTilesPointIntoTheColumns) {
  auto writer = store.open_stream("a");
  std::vector<Labels> sets;
  for (int i = 0; i < 20; ++i) {
    sets.push_back(labels_of("x", std::to_string(i)));
    sets.push_back(labels_of("y", std::to_string(i)));
  }
  ASSERT_TRUE(writer->add_series(sets).ok());
  for (int t = 1; t <= 20; ++t) {
    const auto column = writer->begin(t * 1000);
    ASSERT_TRUE(column.ok());
    std::fill(column->begin(), column->end(), t);
    ASSERT_EQ(writer->commit()->samples, 40u);
  }
  const Reading reading = read(store, metric_is("x"), 0, 20'000);
  EXPECT_EQ(reading.tile_rows, std::vector<uint32_t>{20});
  EXPECT_EQ(reading.broken, std::vector<std::string>{});
}

// Columns of ten rows, with the keeper at work after each; `look` is called then.
template <class Look>
void write_columns(Store& store, base::StreamWriter& writer, int count, Look look) {
  for (int t = 1; t <= count; ++t) {
    const auto column = writer.begin(kStart + t * 1000);
    ASSERT_TRUE(column.ok());
    std::fill(column->begin(), column->end(), t);
    ASSERT_EQ(writer.commit()->samples, 10u);
    store.housekeep();
    look(t);
  }
}

std::vector<Labels> ten_rows() {
  std::vector<Labels> sets;
  for (int i = 0; i < 10; ++i) sets.push_back(labels_of("x", std::to_string(i)));
  return sets;
}

TEST_F(StoreTest, WhatNobodyLooksBackToIsCompressed) {
  auto writer = store.open_stream("a");
  ASSERT_TRUE(writer->add_series(ten_rows()).ok());
  write_columns(store, *writer, 100, [&](int t) { EXPECT_LE(store.stats().raw_chunks, 3u) << t; });
  EXPECT_GE(store.stats().frozen_chunks, 5u);
  EXPECT_EQ(samples("x").size(), 100u);
}

TEST_F(StoreTest, StreamsThatStartTogetherCompressInTurn) {
  constexpr int kStreams = 32;
  std::vector<std::unique_ptr<base::StreamWriter>> writers;
  for (int i = 0; i < kStreams; ++i) {
    writers.push_back(store.open_stream(std::to_string(i)));
    const Labels labels = labels_of("x", std::to_string(i));
    ASSERT_TRUE(writers.back()->add_series({&labels, 1}).ok());
  }
  uint64_t most = 0;
  for (int t = 1; t <= 100; ++t) {
    for (const auto& writer : writers) {
      (*writer->begin(kStart + t * 1000))[0] = t;
      ASSERT_TRUE(writer->commit().ok());
    }
    store.housekeep();
    if (t > 40) most = std::max(most, store.stats().raw_chunks);
  }
  EXPECT_LE(most, kStreams * 7u / 4);
  const Reading reading = read(store, metric_is("x"), kStart, kStart + 100'000);
  EXPECT_EQ(reading.series.size(), size_t{kStreams});
  for (const auto& [labels, seen] : reading.series) {
    ASSERT_EQ(seen.size(), 100u);
    for (int t = 1; t <= 100; ++t) EXPECT_EQ(seen[t - 1], value_at(kStart + t * 1000, t));
  }
}

TEST_F(StoreTest, WhatReadersLookBackToStaysRaw) {
  auto writer = store.open_stream("a");
  ASSERT_TRUE(writer->add_series(ten_rows()).ok());
  const auto selection = *store.select(metric_is("x"));
  write_columns(store, *writer, 100, [&](int t) {
    const base::TimestampMs now = kStart + t * 1000;
    EXPECT_EQ(read(*selection, now - 20'000, now).broken, std::vector<std::string>{});
    const uint64_t raw_chunks = std::min<uint64_t>((static_cast<uint64_t>(t) + 7) / 8, 3);
    EXPECT_GE(store.stats().raw_chunks, raw_chunks) << t;
    EXPECT_LE(store.stats().raw_chunks, 5u) << t;
  });
}

// Notes the columns of each row's tile.
class ColumnsVisitor final : public base::TileVisitor {
 public:
  void on_tile(const base::Tile& tile) override {
    for (uint32_t i = 0; i < tile.rows; ++i) {
      columns[tile.first_row + i] = tile.t.size();
      newest[tile.first_row + i] = tile.values[tile.t.size() - 1][i];
    }
  }
  void on_mixed(const base::MixedSeries&) override {}

  std::map<uint32_t, size_t> columns;
  std::map<uint32_t, double> newest;
};

TEST_F(StoreTest, AScanForTheNewestReadsOneColumnWhereThatIsEnough) {
  Scraper a(store, "a");
  Scraper b(store, "b");
  const auto at = [](int t) { return kStart + t * 1000; };
  for (int t = 1; t <= 40; ++t) {
    a.scrape(at(t), {{"x1", t}});
    const Scraper::Column both = {{"x2", t}, {"y", t}};
    b.scrape(at(t), t % 2 == 1 ? both : Scraper::Column{{"y", t}});
    store.housekeep();
  }
  const auto selection = *store.select({*Matcher::make(MatchOp::kRegex, "__name__", "x.")});
  const auto rows = selection->rows();
  ASSERT_EQ(rows->labels.size(), 2u);
  ColumnsVisitor seen;
  ASSERT_TRUE(selection->scan(*rows, {0, 2}, {kStart, at(40), true}, seen).ok());
  EXPECT_EQ(seen.columns[0], 1u);
  EXPECT_EQ(seen.newest[0], 40);
  EXPECT_EQ(seen.columns[1], 40u);  // Stale in the last one.
  ColumnsVisitor earlier;
  ASSERT_TRUE(selection->scan(*rows, {0, 2}, {kStart, at(17) + 500, true}, earlier).ok());
  EXPECT_EQ(earlier.newest, (std::map<uint32_t, double>{{0, 17}, {1, 17}}));
  EXPECT_EQ(earlier.columns, (std::map<uint32_t, size_t>{{0, 1}, {1, 1}}));
  ColumnsVisitor none;
  ASSERT_TRUE(selection->scan(*rows, {0, 2}, {at(40), at(90), true}, none).ok());
  EXPECT_TRUE(none.columns.empty());
}

TEST_F(StoreTest, RowsKeepTheirVersionUntilTheyChange) {
  Scraper a(store, "a");
  a.scrape(1000, {{"x", 1}});
  const auto selection = *store.select(metric_is("x"));
  const auto before = selection->rows();
  EXPECT_NE(before->version, 0u);
  EXPECT_EQ(selection->rows(), before);
  a.scrape(2000, {{"x", 1}, {"y", 1}});
  EXPECT_EQ(selection->rows(), before);
  Scraper b(store, "b");
  b.scrape(2000, {{"x", 1}});
  EXPECT_EQ(selection->rows()->version, before->version);
  auto c = store.open_stream("c");
  const Labels other = labels_of("x", "other");
  ASSERT_TRUE(c->add_series({&other, 1}).ok());
  EXPECT_NE(selection->rows()->version, before->version);
  EXPECT_EQ(selection->rows()->labels.size(), 2u);
}

TEST_F(StoreTest, RetentionForgetsSeriesAndReusesTheirSlots) {
  Scraper a(store, "a");
  const auto selection = *store.select(metric_is("x"));
  a.scrape(kStart, {{"x", 1}, {"y", 1}});
  const auto old_rows = selection->rows();
  a.remove("x");
  base::TimestampMs t = kStart;
  for (int i = 0; i < 40; ++i) {
    t += 5 * base::kMinute;
    clock.set(t);
    a.scrape(t, {{"y", 1.0 * i}});
    store.housekeep();
  }
  EXPECT_EQ(store.stats().series, 1u);
  EXPECT_EQ(store.stats().series_removed, 1u);
  EXPECT_TRUE(selection->rows()->labels.empty());
  EXPECT_TRUE(samples("y", kStart - 1, kStart + 30 * base::kMinute).empty());
  // The slot of x goes to z; rows placed before must not show z's samples as x's.
  a.scrape(t + 1000, {{"y", 1}, {"z", 9}});
  EXPECT_TRUE(read(*selection, *old_rows, {0, 1}, {kStart, t + 9000}).series.empty());
  EXPECT_EQ(samples("z"), (std::vector{value_at(t + 1000, 9)}));
}

TEST_F(StoreTest, LimitsRefuseAllOrNothing) {
  Options options;
  options.series_max = 2;
  Store small(options, clock);
  auto writer = small.open_stream("a");
  const std::vector<Labels> three = {labels_of("x"), labels_of("y"), labels_of("z")};
  const auto refused = writer->add_series(three);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, base::Code::kLimit);
  EXPECT_EQ(small.stats().series, 0u);
  EXPECT_TRUE(writer->add_series(std::span(three).first(2)).ok());
}

TEST_F(StoreTest, MatchersSelectOnAnyLabel) {
  auto writer = store.open_stream("a");
  const std::vector<Labels> sets = {labels_of("x", "a1"), labels_of("x", "b1"),
                                    labels_of("y", "a1"), labels_of("x")};
  ASSERT_TRUE(writer->add_series(sets).ok());
  const auto count = [&](base::Matchers matchers) {
    return (*store.select(matchers))->rows()->labels.size();
  };
  using base::Matcher;
  using base::MatchOp;
  EXPECT_EQ(count({*Matcher::make(MatchOp::kEqual, "instance", "")}), 1u);
  EXPECT_EQ(
      count({*Matcher::make(MatchOp::kRegex, "__name__", "x|y"), Matcher::equal("instance", "a1")}),
      2u);
  EXPECT_EQ(count({*Matcher::make(MatchOp::kNotEqual, "nosuch", "")}), 0u);
}

TEST_F(StoreTest, LabelNamesAndValuesAreThoseOfSeriesWithSamples) {
  Scraper a(store, "a");
  a.scrape(1000, {{"x", 1}, {"y", 1}});
  a.scrape(5000, {{"y", 1}});
  EXPECT_EQ(store.series({}, 4000, 6000)->size(), 2u);  // The marker of x counts.
  EXPECT_EQ(store.series({}, 5001, 6000)->size(), 0u);
  EXPECT_EQ(*store.label_names({}, 0, 6000), std::vector<std::string>{"__name__"});
  EXPECT_EQ(*store.label_values("__name__", {metric_is("y")}, 0, 6000),
            std::vector<std::string>{"y"});
}

}  // namespace
}  // namespace tocsin::tsdb
