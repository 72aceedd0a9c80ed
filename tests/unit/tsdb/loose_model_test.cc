// Random histories of remote senders, compared with a map of samples per series: sources with
// timestamps of their own, delivered in any order and amount, with holes, repetitions and series
// that come and go.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <set>

#include "tests/unit/tsdb/reading.h"
#include "tests/unit/tsdb/writing.h"

namespace tocsin::tsdb {
namespace {

using base::TimestampMs;

struct ModelSeries {
  std::map<TimestampMs, Seen> samples;
  TimestampMs newest = std::numeric_limits<TimestampMs>::min();

  void add(const Seen& sample) {
    if (sample.t <= newest) return;
    newest = sample.t;
    samples[sample.t] = sample;
  }
};

// A source writes its series at its own rhythm; each series has what it has not delivered yet.
struct Sender {
  std::string name;
  TimestampMs next = 0;
  base::DurationMs interval = 15'000;
  int64_t jitter = 1;  // 1: exact.
  uint32_t series = 0;
  bool in_step = true;  // False: every series has timestamps of its own.
  std::map<std::string, std::vector<Seen>> backlog;
};

// The newest sample of each row.
class NewestVisitor final : public base::TileVisitor {
 public:
  explicit NewestVisitor(const base::RowSet& rows) : rows_(rows) {}

  void on_tile(const base::Tile& tile) override {
    for (size_t c = 0; c < tile.t.size(); ++c) {
      for (uint32_t i = 0; i < tile.rows; ++i) {
        const double v = tile.values[c][i];
        if (!base::is_absent(v)) note(tile.first_row + i, value_at(tile.t[c], v));
      }
    }
  }
  void on_mixed(const base::MixedSeries& series) override {
    const base::HistogramPtr& h = series.h.back();
    note(series.row,
         h ? histogram_at(series.t.back(), h->count) : value_at(series.t.back(), series.v.back()));
  }

  SeenSeries newest;

 private:
  void note(uint32_t row, const Seen& seen) { newest[rows_.labels[row].to_metric()] = {seen}; }

  const base::RowSet& rows_;
};

class SenderHistory {
 public:
  explicit SenderHistory(uint32_t seed) : random_(seed) {
    for (int i = 0; i < 12; ++i) {
      Sender source;
      source.name = "src" + std::to_string(i);
      source.next = kStart + below(15'000);
      source.interval = i % 3 == 0 ? 5'000 : 15'000;
      source.jitter = i % 4 == 1 ? 40 : 1;
      source.series = i == 0 ? 40 : 3;
      source.in_step = i % 5 != 2;
      sources_.push_back(source);
    }
  }

  void step() {
    t_ += 5'000;
    clock_.set(t_);
    for (Sender& source : sources_) produce(source);
    for (int64_t requests = below(4); requests > 0; --requests) deliver();
    if (below(8) == 0) store_.housekeep();
    if (below(300) == 0) end_rows();
  }

  void compare() {
    const TimestampMs from = std::max(t_ - kRetention, t_ - below(kRetention));
    const TimestampMs to = from + below(t_ - from + 1);
    const Reading reading = read(*all_, from, to);
    EXPECT_EQ(reading.broken, std::vector<std::string>{});
    EXPECT_EQ(reading.series, expected(from, to)) << "at " << t_;
    const auto rows = all_->rows();
    const auto end = static_cast<uint32_t>(rows->labels.size());
    const auto cut = static_cast<uint32_t>(below(int64_t{end} + 1));
    SeenSeries parts = read(*all_, *rows, {0, cut}, {from, to}).series;
    parts.merge(read(*all_, *rows, {cut, end}, {from, to}).series);
    EXPECT_EQ(parts, reading.series);
    NewestVisitor newest(*rows);
    ASSERT_TRUE(all_->scan(*rows, {0, end}, {from, to, true}, newest).ok());
    for (auto& [name, samples] : parts) samples = {samples.back()};
    EXPECT_EQ(newest.newest, parts);
    for (const uint32_t rows_of_tile : reading.tile_rows) widest_ = std::max(widest_, rows_of_tile);
  }
  uint32_t widest() const { return widest_; }

 private:
  static constexpr base::DurationMs kRetention = 60 * base::kMinute;

  int64_t below(int64_t n) { return std::uniform_int_distribution<int64_t>(0, n - 1)(random_); }

  double value() {
    switch (below(8)) {
      case 0:
        return static_cast<double>(below(10'000)) / 100;
      case 1:
        return std::bit_cast<double>(base::kNormalNanBits);
      case 2:
        return std::uniform_real_distribution<double>(-1, 1)(random_);
      case 3:
        return below(6) == 0 ? base::stale_marker() : -0.0;
      default:
        return static_cast<double>(t_ / 1000);
    }
  }

  void produce(Sender& source) {
    for (; source.next <= t_; source.next += source.interval + below(source.jitter)) {
      for (uint32_t i = 0; i < source.series; ++i) {
        if (below(60) == 0) continue;  // A hole.
        const std::string name = "m" + std::to_string(i % 3) + "_" + source.name + "_" +
                                 std::to_string(i) + (i == 2 ? "_" + era() : "");
        const TimestampMs t = source.in_step ? source.next : source.next + below(900);
        const bool is_histogram = source.name == "src7" && i == 1 && below(3) == 0;
        source.backlog[name].push_back(
            is_histogram ? histogram_at(t, static_cast<double>(below(50))) : value_at(t, value()));
      }
    }
  }
  std::string era() const { return std::to_string(t_ / (20 * base::kMinute)); }

  // A request: a part of the backlogs, sometimes all, sometimes with what was sent before.
  void deliver() {
    const int64_t share = below(3);
    for (Sender& source : sources_) {
      for (auto& [name, backlog] : source.backlog) {
        if (backlog.empty() || (share > 0 && below(3) >= share)) continue;
        const auto n =
            static_cast<ptrdiff_t>(below(20) == 0 ? below(static_cast<int64_t>(backlog.size()) + 1)
                                                  : static_cast<int64_t>(backlog.size()));
        for (ptrdiff_t i = 0; i < n; ++i) send(name, backlog[static_cast<size_t>(i)]);
        const ptrdiff_t kept = below(50) == 0 ? 0 : n;
        backlog.erase(backlog.begin(), backlog.begin() + kept);
      }
    }
    if (!sent_) return;
    ASSERT_TRUE(writer_.writer().commit().ok());
    sent_ = false;
  }

  void send(const std::string& name, const Seen& sample) {
    sent_ = true;
    const base::WriterRow row = writer_.row(name);
    if (sample.histogram_count >= 0) {
      base::FloatHistogram h;
      h.count = sample.histogram_count;
      writer_.writer().add_histogram(row, sample.t,
                                     std::make_shared<const base::FloatHistogram>(h));
    } else {
      writer_.writer().add_loose(row, sample.t, std::bit_cast<double>(sample.bits));
    }
    model_[name].add(sample);
    live_.insert(name);
  }

  // Gives back the rows of eras gone by.
  void end_rows() {
    std::erase_if(live_, [&](const std::string& name) {
      const bool goes = std::count(name.begin(), name.end(), '_') == 3 && !name.ends_with(era());
      if (goes) {
        writer_.remove(name);
        for (Sender& source : sources_) source.backlog.erase(name);
      }
      return goes;
    });
  }

  SeenSeries expected(TimestampMs from, TimestampMs to) const {
    SeenSeries out;
    for (const auto& [name, series] : model_) {
      auto sample = series.samples.upper_bound(from);
      for (; sample != series.samples.end() && sample->first <= to; ++sample) {
        out[labels_of(name).to_metric()].push_back(sample->second);
      }
    }
    return out;
  }

  std::mt19937 random_;
  TimestampMs t_ = kStart;
  tocsin::testing::FakeClock clock_{kStart};
  Store store_{Options{.retention = kRetention}, clock_};
  std::shared_ptr<base::Selection> all_ = *store_.select({});
  Scraper writer_{store_, "remote"};
  std::vector<Sender> sources_;
  std::map<std::string, ModelSeries> model_;
  std::set<std::string> live_;
  bool sent_ = false;
  uint32_t widest_ = 0;
};

class LooseModel : public ::testing::TestWithParam<uint32_t> {};

TEST_P(LooseModel, ScansAgreeWithTheModel) {
  SenderHistory history(GetParam());
  for (int i = 0; i < 1600 && !::testing::Test::HasFailure(); ++i) {
    history.step();
    if (i > 10 && i % 20 == 0) history.compare();
  }
  EXPECT_GE(history.widest(), 8u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LooseModel, ::testing::Range(1u, 7u));

TEST(LooseRows, NeighboursOfOneSourceAreOneTile) {
  tocsin::testing::FakeClock clock(kStart);
  Store store({}, clock);
  auto writer = store.open_stream("remote");
  std::vector<base::Labels> labels;
  for (int i = 0; i < 100; ++i) labels.push_back(labels_of("x", std::to_string(i)));
  ASSERT_TRUE(writer->add_series(labels).ok());
  std::vector<base::WriterRow> order(100);
  for (base::WriterRow row = 0; row < 100; ++row) order[row] = row;
  std::mt19937 random(1);
  for (int c = 1; c <= 400; ++c) {
    std::shuffle(order.begin(), order.end(), random);
    for (const base::WriterRow row : order) writer->add_loose(row, kStart + c * 1000, c + row);
    ASSERT_EQ(writer->commit()->samples, 100u);
  }
  for (const TimestampMs from : {kStart, kStart + 200'000, kStart + 399'000}) {
    const Reading reading = read(store, metric_is("x"), from, kStart + 400'000);
    uint32_t rows = 0;
    for (const uint32_t n : reading.tile_rows) rows += n;
    EXPECT_EQ(rows, 100u);
    EXPECT_LE(reading.tile_rows.size(), 4u);  // Not more than buffers are bounded to.
    EXPECT_EQ(reading.broken, std::vector<std::string>{});
  }
}

TEST(LooseRows, TakeLittleMemoryForDecimals) {
  tocsin::testing::FakeClock clock(kStart);
  Store store({.retention = 0}, clock);
  auto writer = store.open_stream("remote");
  std::vector<base::Labels> labels;
  for (int i = 0; i < 100; ++i) labels.push_back(labels_of("x", std::to_string(i)));
  ASSERT_TRUE(writer->add_series(labels).ok());
  const uint64_t before = store.stats().bytes;
  for (int c = 1; c <= 2000; ++c) {
    for (base::WriterRow row = 0; row < 100; ++row) {
      writer->add_loose(row, kStart + c * 1000, static_cast<double>(c * 7 % 10'000) / 100);
    }
    ASSERT_TRUE(writer->commit().ok());
  }
  store.housekeep();
  EXPECT_LT((store.stats().bytes - before) / 200'000, 4u);
}

}  // namespace
}  // namespace tocsin::tsdb
