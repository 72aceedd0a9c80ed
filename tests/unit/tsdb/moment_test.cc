// Scans as of one moment see one state of the store, whatever is written and tidied meanwhile.
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "tests/unit/tsdb/reading.h"
#include "tests/unit/tsdb/writing.h"

namespace tocsin::tsdb {
namespace {

using base::Moment;
using base::TimestampMs;

TimestampMs at(int seconds) { return kStart + seconds * base::kSecond; }

base::HistogramPtr histogram_of(double count) {
  auto h = std::make_shared<base::FloatHistogram>();
  h->count = count;
  return h;
}

struct MomentTest : ::testing::Test {
  /// Everything of a metric as of `moment`.
  SeenSeries seen(const std::string& metric, const Moment& moment) {
    const auto selection = *store.select(metric_is(metric));
    return read(*selection, kStart - 1, at(100'000), moment).series;
  }

  tocsin::testing::FakeClock clock{at(0)};
  Store store{{.retention = 1000 * base::kSecond}, clock};
};

TEST_F(MomentTest, WhatIsCommittedLaterIsNotSeen) {
  Scraper a(store, "a");
  a.scrape(at(1), {{"x", 1}});
  const Moment before = store.now();
  a.scrape(at(2), {{"x", 2}, {"y", 2}});
  const Moment after = store.now();
  EXPECT_EQ(seen("x", before), (SeenSeries{{"x", {value_at(at(1), 1)}}}));
  EXPECT_EQ(seen("y", before), SeenSeries());
  EXPECT_EQ(seen("x", after),
            (SeenSeries{{"x", {value_at(at(1), 1), value_at(at(2), 2)}}}));
  EXPECT_EQ(seen("y", after).size(), 1u);
}

TEST_F(MomentTest, StaysAsItWasThroughManyBlocksAndTheirCompression) {
  Scraper a(store, "a");
  std::vector<Moment> moments;
  std::vector<SeenSeries> then;
  for (int c = 1; c <= 100; ++c) {
    a.scrape(at(c), {{"x", c}, {"y", -c}});
    if (c % 7 == 3) {
      moments.push_back(store.now());
      then.push_back(seen("x", moments.back()));
      EXPECT_EQ(then.back().begin()->second.size(), static_cast<size_t>(c));
    }
    if (c % 5 == 0) store.housekeep();
  }
  ASSERT_GT(store.stats().frozen_chunks, 0u);
  for (size_t i = 0; i < moments.size(); ++i) EXPECT_EQ(seen("x", moments[i]), then[i]);
}

TEST_F(MomentTest, ACommitOfLooseSamplesAndAColumnIsSeenWhole) {
  Scraper a(store, "a");
  std::vector<Moment> moments;
  for (int c = 1; c <= 120; ++c) {
    a.row("h");
    a.row("f");
    a.writer().add_histogram(a.row("h"), at(c), histogram_of(c));
    a.writer().add_loose(a.row("f"), at(c), c);
    if (c % 2 == 0) {
      ASSERT_TRUE(a.writer().commit().ok());
    } else {
      a.scrape(at(c), {{"x", c}});
    }
    moments.push_back(store.now());
    store.housekeep();
  }
  for (size_t i = 0; i < moments.size(); ++i) {
    EXPECT_EQ(seen("h", moments[i]).begin()->second.size(), i + 1);
    EXPECT_EQ(seen("f", moments[i]).begin()->second.size(), i + 1);
    EXPECT_EQ(seen("x", moments[i]).begin()->second.back().t, at(static_cast<int>(i / 2 * 2 + 1)));
  }
}

TEST_F(MomentTest, OutlivesRetentionAndTheNextTenantsOfSlots) {
  Scraper a(store, "a");
  a.scrape(at(1), {{"old", 1}});
  for (int c = 2; c < 40; ++c) a.scrape(at(c), {{"kept", c}});
  Moment before = store.now();
  const SeenSeries old = seen("old", before);
  clock.set(at(5000));
  for (int c = 0; c < 40; ++c) a.scrape(at(5000 + c), {{"kept", c}});
  store.housekeep();
  EXPECT_EQ(seen("old", before), old);
  a.scrape(at(5100), {{"new", 1}});
  EXPECT_EQ(seen("new", before), SeenSeries());
  before = Moment();
  store.housekeep();
  EXPECT_EQ(seen("old", store.now()), SeenSeries());
}

TEST_F(MomentTest, AnyNumberMayBeHeldAtOnce) {
  Scraper a(store, "a");
  std::vector<Moment> moments;
  for (int c = 1; c <= 500; ++c) {
    a.scrape(at(c), {{"x", c}});
    moments.push_back(store.now());
  }
  for (size_t i = 0; i < moments.size(); ++i) {
    ASSERT_EQ(seen("x", moments[i]).begin()->second.size(), i + 1);
  }
  moments.clear();
  store.housekeep();
  EXPECT_EQ(seen("x", store.now()).begin()->second.size(), 500u);
}

// ---- With threads ----

constexpr int kRows = 40;
constexpr int kCommits = 3000;

/// Notes the newest timestamp of each row, and whether its value is the one of that time.
class NewestVisitor final : public base::TileVisitor {
 public:
  void on_tile(const base::Tile& tile) override {
    for (uint32_t row = 0; row < tile.rows; ++row) {
      size_t c = tile.t.size();
      while (c > 0 && !base::is_value(tile.values[c - 1][row])) --c;
      if (c == 0) continue;
      newest.insert(tile.t[c - 1]);
      if (tile.values[c - 1][row] != static_cast<double>(tile.t[c - 1] - kStart)) ++wrong;
    }
  }
  void on_mixed(const base::MixedSeries&) override { ++wrong; }

  std::set<TimestampMs> newest;
  int wrong = 0;
};

/// Reads both metrics in parts as of one moment; all newest samples are of the same time.
bool is_whole(Store& store, base::Selection& columns, base::Selection& loose) {
  const Moment moment = store.now();
  NewestVisitor visitor;
  for (base::Selection* selection : {&columns, &loose, &columns}) {
    const auto rows = selection->rows();
    const auto end = static_cast<uint32_t>(rows->labels.size());
    for (uint32_t row = 0; row < end; row += kRows / 4) {
      const base::ScanWindow window{kStart, kStart + base::kDay, row % 20 == 0, &moment};
      if (!selection->scan(*rows, {row, std::min(end, row + kRows / 4)}, window, visitor)) {
        return false;
      }
    }
  }
  return visitor.wrong == 0 && visitor.newest.size() == 1;
}

TEST(MomentConcurrency, AllScansOfAMomentSeeTheSameCommits) {
  tocsin::testing::FakeClock clock(kStart + kCommits * base::kSecond);
  Store store({.retention = base::kDay}, clock);
  auto writer = store.open_stream("a");
  std::vector<base::Labels> labels;
  for (const char* metric : {"column", "loose"}) {
    for (int i = 0; i < kRows; ++i) labels.push_back(labels_of(metric, std::to_string(i)));
  }
  ASSERT_TRUE(writer->add_series(labels).ok());
  const auto commit = [&](int c) {
    const TimestampMs t = at(c);
    const auto column = writer->begin(t);
    ASSERT_TRUE(column.ok());
    for (base::WriterRow row = 0; row < kRows; ++row) {
      (*column)[row] = static_cast<double>(t - kStart);
      writer->add_loose(kRows + row, t, static_cast<double>(t - kStart));
    }
    ASSERT_TRUE(writer->commit().ok());
  };
  commit(1);
  std::atomic<bool> writing = true;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    for (int c = 2; c <= kCommits; ++c) commit(c);
    writing = false;
  });
  for (int r = 0; r < 2; ++r) {
    threads.emplace_back([&] {
      const auto columns = *store.select(metric_is("column"));
      const auto loose = *store.select(metric_is("loose"));
      while (writing) {
        if (!is_whole(store, *columns, *loose)) ++wrong;
      }
    });
  }
  threads.emplace_back([&] {
    while (writing) {
      store.housekeep();
      std::this_thread::yield();
    }
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(MomentConcurrency, CommitsOfTwoStreamsAreSeenInTheirOrder) {
  tocsin::testing::FakeClock clock(kStart + kCommits * base::kSecond);
  Store store({.retention = base::kDay}, clock);
  Scraper first(store, "first");
  Scraper second(store, "second");
  first.scrape(at(1), {{"x", 1}});
  second.scrape(at(1), {{"y", 1}});
  std::atomic<bool> writing = true;
  std::thread writer([&] {
    for (int c = 2; c <= kCommits; ++c) {
      first.scrape(at(c), {{"x", c}});
      second.scrape(at(c), {{"y", c}});
    }
    writing = false;
  });
  const auto x = *store.select(metric_is("x"));
  const auto y = *store.select(metric_is("y"));
  int wrong = 0;
  while (writing) {
    const Moment moment = store.now();
    const auto newest_x = read(*x, kStart, at(100'000), moment).series.begin()->second.back().t;
    const auto newest_y = read(*y, kStart, at(100'000), moment).series.begin()->second.back().t;
    if (newest_x != newest_y && newest_x != newest_y + base::kSecond) ++wrong;
  }
  writer.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace tocsin::tsdb
