// Random histories, compared with a store that keeps a map of samples per series and place.
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <optional>
#include <random>

#include "tests/unit/tsdb/reading.h"
#include "tests/unit/tsdb/writing.h"

namespace tocsin::tsdb {
namespace {

using base::TimestampMs;

constexpr TimestampMs kNever = std::numeric_limits<TimestampMs>::min();

// What one writer wrote of one series.
struct ModelPlace {
  std::map<TimestampMs, Seen> samples;
  std::optional<Seen> last_column;  // What its row had in the last column.
  bool last_histogram = false;      // Or a histogram at its time.
  TimestampMs newest_loose = kNever;

  TimestampMs newest() const { return samples.empty() ? kNever : samples.rbegin()->first; }
  bool vanishes() const {
    return last_histogram || (last_column && last_column->bits != base::kStaleBits);
  }
};

struct ModelWriter {
  std::map<std::string, ModelPlace> places;

  void commit(TimestampMs t, const std::map<std::string, double>& column,
              const std::map<std::string, std::vector<Seen>>& loose) {
    for (const auto& [name, v] : column) places[name];
    for (const auto& [name, more] : loose) places[name];
    for (auto& [name, place] : places) {
      const bool was_there = place.vanishes();
      place.last_column.reset();
      place.last_histogram = false;
      const auto v = column.find(name);
      if (v != column.end() && place.newest_loose < t) {
        place.last_column = value_at(t, v->second);
        place.samples[t] = *place.last_column;
      }
      const auto more = loose.find(name);
      if (more != loose.end()) add_loose(place, t, more->second);
      if (place.last_column || !was_there || place.newest_loose >= t) continue;
      place.last_column = stale_at(t);
      place.samples[t] = stale_at(t);
    }
  }

 private:
  static void add_loose(ModelPlace& place, TimestampMs column_t, const std::vector<Seen>& loose) {
    for (const Seen& sample : loose) {
      if (sample.t <= place.newest()) continue;
      place.samples[sample.t] = sample;
      place.newest_loose = sample.t;
      if (sample.histogram_count >= 0 && sample.t == column_t) place.last_histogram = true;
    }
  }
};

// Later writers are newer places.
SeenSeries expected(const std::vector<ModelWriter>& writers, TimestampMs from, TimestampMs to) {
  std::map<std::string, std::map<TimestampMs, Seen>> merged;
  for (const ModelWriter& writer : writers) {
    for (const auto& [name, place] : writer.places) {
      for (const auto& [t, seen] : place.samples) {
        if (t <= from || t > to) continue;
        const bool is_marker = seen.bits == base::kStaleBits;
        const auto [at, is_new] = merged[name].try_emplace(t, seen);
        if (!is_new && (!is_marker || at->second.bits == base::kStaleBits)) at->second = seen;
      }
    }
  }
  SeenSeries series;
  for (const auto& [name, samples] : merged) {
    for (const auto& [t, seen] : samples) {
      series[labels_of(name).to_metric()].push_back(seen);
    }
  }
  return series;
}

base::HistogramPtr histogram(double count) {
  base::FloatHistogram h;
  h.count = count;
  return std::make_shared<const base::FloatHistogram>(h);
}

// Three writers: s* of the first two are the same series, l* have loose samples, h* histograms.
class History {
 public:
  explicit History(uint32_t seed) : random_(seed), models_(3) {
    for (int w = 0; w < 3; ++w) scrapers_.emplace_back(store_, "w" + std::to_string(w));
  }

  void step() {
    t_ += 5'000;
    clock_.set(t_);
    scrape(static_cast<size_t>(below(3)));
    if (below(10) == 0) store_.housekeep();
  }

  void compare() {
    const TimestampMs floor = t_ - kRetention;
    const TimestampMs from = std::max(floor, t_ - below(kRetention));
    const TimestampMs to = from + below(kRetention);
    const Reading reading = read(*all_, from, to);
    EXPECT_EQ(reading.broken, std::vector<std::string>{});
    EXPECT_EQ(reading.series, expected(models_, from, to)) << "at " << t_;
    const auto rows = all_->rows();
    const auto cut = static_cast<uint32_t>(below(static_cast<int64_t>(rows->labels.size()) + 1));
    SeenSeries parts = read(*all_, *rows, {0, cut}, {from, to}).series;
    parts.merge(
        read(*all_, *rows, {cut, static_cast<uint32_t>(rows->labels.size())}, {from, to}).series);
    EXPECT_EQ(parts, reading.series);
  }

  static constexpr base::DurationMs kRetention = 20 * base::kMinute;

 private:
  int64_t below(int64_t n) { return std::uniform_int_distribution<int64_t>(0, n - 1)(random_); }

  double value() {
    switch (below(6)) {
      case 0:
        return static_cast<double>(below(1'000'000));
      case 1:
        return static_cast<double>(below(1000)) / 100;
      case 2:
        return std::bit_cast<double>(base::kNormalNanBits);
      case 3:
        return std::uniform_real_distribution<double>(-1, 1)(random_);
      default:
        return static_cast<double>(t_ / 1000);
    }
  }

  void scrape(size_t w) {
    std::map<std::string, double> column;
    std::map<std::string, std::vector<Seen>> loose;
    const std::string own = std::to_string(w);
    for (int i = 0; i < 12; ++i) add(column, "m" + own + "_" + std::to_string(i), 5);
    // A window of changing names: series come and go for good.
    const std::string era = own + "_" + std::to_string(t_ / (3 * base::kMinute));
    for (int i = 0; i < 4; ++i) add(column, "c" + era + "_" + std::to_string(i), 9);
    if (w < 2) add(column, "s", 9);
    if (below(2) == 0) add(column, "l" + own, 2);
    for (int64_t i = below(3); i > 0; --i) {
      loose["l" + own].push_back(value_at(t_ - below(40'000) + 8'000, value()));
    }
    const std::string h = "h" + own;
    if (below(3) != 0) {
      loose[h].push_back(histogram_at(t_, static_cast<double>(below(100))));
    } else {
      add(column, h, 1);
    }
    retire_rows(w, column);
    write(w, column, loose);
    models_[w].commit(t_, column, loose);
  }

  void add(std::map<std::string, double>& column, const std::string& name, int64_t odds) {
    if (below(odds + 1) > 0) column[name] = value();
  }

  void retire_rows(size_t w, const std::map<std::string, double>& column) {
    std::erase_if(live_[w], [&](const std::string& name) {
      const bool goes = name[0] == 'c' && !column.contains(name) && below(3) == 0;
      if (goes) scrapers_[w].remove(name);
      return goes;
    });
    for (const auto& [name, v] : column) live_[w].insert(name);
  }

  void write(size_t w, const std::map<std::string, double>& column,
             const std::map<std::string, std::vector<Seen>>& loose) {
    Scraper& scraper = scrapers_[w];
    for (const auto& [name, v] : column) scraper.row(name);
    for (const auto& [name, more] : loose) scraper.row(name);
    const auto buffer = scraper.writer().begin(t_);
    ASSERT_TRUE(buffer.ok());
    for (const auto& [name, v] : column) (*buffer)[scraper.row(name)] = v;
    for (const auto& [name, more] : loose) {
      for (const Seen& s : more) {
        if (s.histogram_count >= 0) {
          scraper.writer().add_histogram(scraper.row(name), s.t, histogram(s.histogram_count));
        } else {
          scraper.writer().add_loose(scraper.row(name), s.t, std::bit_cast<double>(s.bits));
        }
      }
    }
    ASSERT_TRUE(scraper.writer().commit().ok());
  }

  std::mt19937 random_;
  TimestampMs t_ = kStart;
  tocsin::testing::FakeClock clock_{kStart};
  Store store_{Options{.retention = kRetention}, clock_};
  std::shared_ptr<base::Selection> all_ = *store_.select({});
  std::vector<Scraper> scrapers_;
  std::vector<ModelWriter> models_;
  std::map<size_t, std::set<std::string>> live_;
};

class StoreModel : public ::testing::TestWithParam<uint32_t> {};

TEST_P(StoreModel, ScansAgreeWithTheModel) {
  History history(GetParam());
  for (int i = 0; i < 1200 && !::testing::Test::HasFailure(); ++i) {
    history.step();
    if (i % 25 == 0) history.compare();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, StoreModel, ::testing::Range(1u, 5u));

}  // namespace
}  // namespace tocsin::tsdb
