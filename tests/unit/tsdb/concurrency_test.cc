// Writers, readers and the housekeeper at once; meant for the thread sanitizer, true without it.
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "tests/unit/tsdb/reading.h"
#include "tests/unit/tsdb/writing.h"

namespace tocsin::tsdb {
namespace {

using base::TimestampMs;

constexpr int kColumns = 1500;
constexpr int kRows = 20;

// Every column of a stream holds one number in all its rows.
class SameValueVisitor final : public base::TileVisitor {
 public:
  void on_tile(const base::Tile& tile) override {
    for (size_t c = 0; c < tile.t.size(); ++c) {
      for (uint32_t i = 0; i < tile.rows; ++i) {
        const double v = tile.values[c][i];
        if (base::is_value(v) && v != static_cast<double>(tile.t[c] - kStart)) ++wrong;
        if (base::is_value(v))
          newest = std::max(newest, tile.t[c]);
        else if (tile.first_row + i < kRows)
          ++torn;  // The first rows are in every column.
      }
    }
  }
  void on_mixed(const base::MixedSeries&) override { ++wrong; }

  int wrong = 0;
  int torn = 0;
  TimestampMs newest = 0;
};

std::vector<base::Labels> rows_of(const std::string& metric, int from, int to) {
  std::vector<base::Labels> labels;
  for (int i = from; i < to; ++i) labels.push_back(labels_of(metric, std::to_string(i)));
  return labels;
}

// Starts with kRows rows; adds one and ends one every few columns.
void write(Store& store, const std::string& metric) {
  auto writer = store.open_stream(metric);
  ASSERT_TRUE(writer->add_series(rows_of(metric, 0, kRows)).ok());
  base::WriterRow extra = kRows;
  for (int c = 1; c <= kColumns; ++c) {
    if (c % 5 == 0) extra = *writer->add_series(rows_of(metric, kRows + c, kRows + c + 1));
    const TimestampMs t = kStart + c * 1000;
    const auto column = writer->begin(t);
    ASSERT_TRUE(column.ok());
    for (int i = 0; i < kRows; ++i) (*column)[i] = static_cast<double>(t - kStart);
    if (c >= 5) (*column)[extra] = static_cast<double>(t - kStart);
    ASSERT_TRUE(writer->commit().ok());
    if (c % 5 == 4 && c > 5) writer->remove_series(extra);
  }
}

TEST(StoreConcurrency, ReadersSeeWholeColumnsWhileWritersAndTheKeeperWork) {
  tocsin::testing::FakeClock clock(kStart + kColumns * 1000);
  Store store({.retention = 200'000}, clock);
  std::atomic<int> writing = 2;
  std::vector<std::thread> threads;
  for (const char* metric : {"a", "b"}) {
    threads.emplace_back([&store, &writing, metric] {
      write(store, metric);
      --writing;
    });
  }
  std::atomic<int> wrong = 0;
  for (int r = 0; r < 2; ++r) {
    threads.emplace_back([&] {
      const auto selection = *store.select(metric_is("a"));
      while (writing > 0) {
        const auto rows = selection->rows();
        SameValueVisitor visitor;
        const auto end = static_cast<uint32_t>(rows->labels.size());
        if (!selection->scan(*rows, {0, end}, {kStart, kStart + base::kDay}, visitor)) ++wrong;
        wrong += visitor.wrong + visitor.torn;
      }
    });
  }
  threads.emplace_back([&] {
    while (writing > 0) {
      store.housekeep();
      static_cast<void>(store.stats());
      std::this_thread::yield();
    }
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// Each commit gives all rows the same samples; the newest of each is noted.
class NewestOfRows final : public base::TileVisitor {
 public:
  void on_tile(const base::Tile& tile) override {
    for (uint32_t i = 0; i < tile.rows; ++i) {
      TimestampMs newest = 0;
      for (size_t c = 0; c < tile.t.size(); ++c) {
        const double v = tile.values[c][i];
        const bool is_expired =
            tile.t[c] < kFloor;  // The keeper takes it from one row after another.
        if (base::is_absent(v) && is_expired) continue;
        if (v != static_cast<double>(tile.t[c] - kStart)) ++wrong;
        newest = tile.t[c];
      }
      newest_.insert(newest);
    }
    rows += tile.rows;
  }
  void on_mixed(const base::MixedSeries&) override { ++wrong; }
  /// True, too, when all that was seen may be gone from some rows.
  bool is_whole() const {
    const bool is_expired = newest_.empty() || *newest_.rbegin() < kFloor;
    return is_expired || (rows == kRows && newest_.size() == 1);
  }

  static constexpr TimestampMs kFloor = kStart + 10'000'000;
  int wrong = 0;
  uint32_t rows = 0;

 private:
  std::set<TimestampMs> newest_;
};

TEST(StoreConcurrency, ReadersSeeCommitsOfLooseSamplesWhole) {
  constexpr int kCommits = 1600;
  const tocsin::testing::FakeClock clock(NewestOfRows::kFloor + base::kDay);
  Store store({.retention = base::kDay}, clock);  // Half of what is written is dropped at once.
  auto writer = store.open_stream("remote");
  ASSERT_TRUE(writer->add_series(rows_of("a", 0, kRows)).ok());
  for (base::WriterRow row = 0; row < kRows; ++row) writer->add_loose(row, kStart, 0);
  ASSERT_TRUE(writer->commit().ok());
  std::atomic<bool> writing = true;
  std::atomic<TimestampMs> now = kStart;
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    TimestampMs t = kStart;
    for (int commit = 0; commit < kCommits; ++commit) {
      const int samples = commit % 7 == 0 ? 70 : 1;
      for (base::WriterRow row = 0; row < kRows; ++row) {
        for (int i = 1; i <= samples; ++i) {
          const TimestampMs at = t + i * 1000;
          writer->add_loose((row + commit) % kRows, at, static_cast<double>(at - kStart));
        }
      }
      ASSERT_EQ(writer->commit()->samples, static_cast<uint32_t>(kRows * samples));
      t += samples * 1000;
      now = t;
    }
    writing = false;
  });
  std::atomic<int> wrong = 0;
  for (int r = 0; r < 2; ++r) {
    threads.emplace_back([&, r] {
      const auto selection = *store.select(metric_is("a"));
      while (writing) {
        const auto rows = selection->rows();
        const auto end = static_cast<uint32_t>(rows->labels.size());
        const TimestampMs from = r == 0 ? kStart : now - 300'000;
        NewestOfRows seen;
        if (!selection->scan(*rows, {0, end}, {from, kStart + base::kDay * 2}, seen)) ++wrong;
        if (seen.wrong > 0 || !seen.is_whole()) ++wrong;
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

TEST(StoreConcurrency, PinnedReadersKeepWhatTheySee) {
  Epochs epochs;
  auto first = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = first;
  {
    const base::Moment pin = epochs.pin();
    epochs.retire(std::move(first));
    epochs.collect();
    EXPECT_FALSE(watch.expired());
  }
  epochs.collect();
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace tocsin::tsdb
