// Writers, readers and the housekeeper at once; meant for the thread sanitizer, true without it.
#include <gtest/gtest.h>

#include <atomic>
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
        if (!selection->scan(*rows, {0, end}, kStart, kStart + base::kDay, visitor)) ++wrong;
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

TEST(StoreConcurrency, PinnedReadersKeepWhatTheySee) {
  Epochs epochs;
  auto first = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = first;
  {
    const Epochs::Pin pin(epochs);
    epochs.retire(std::move(first));
    epochs.collect();
    EXPECT_FALSE(watch.expired());
  }
  epochs.collect();
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace tocsin::tsdb
