#include "random_data.h"

#include <functional>
#include <limits>
#include <string>

namespace tocsin::promql::test {
namespace {

constexpr base::TimestampMs kFirst = 1'000'000;
constexpr int kColumns = 120;
constexpr base::DurationMs kInterval = 15'000;

/// One series with a rule for its next value.
struct Source {
  LabelMap labels;
  std::function<double(double before)> next;
  double v = 0;
};

class Generator {
 public:
  Generator(uint32_t seed, RandomData& out) : random_(seed), out_(out) {}

  void run() {
    int instance = 0;
    for (const char* job : {"api", "db"}) {
      for (int i = 0; i < 3; ++i) stream(job, "i" + std::to_string(instance++ % 4));
    }
  }

 private:
  bool happens(double p) { return std::uniform_real_distribution<double>(0, 1)(random_) < p; }
  // Multiples of 1/64, so that sums are exact whatever their order.
  double number(int low, int high) {
    return std::uniform_int_distribution<int>(low * 64, high * 64)(random_) / 64.0;
  }

  std::vector<Source> sources(const std::string& job, const std::string& instance) {
    std::vector<Source> out;
    const auto add = [&](const char* name, LabelMap more, std::function<double(double)> next) {
      more.insert({{"__name__", name}, {"job", job}, {"instance", instance}});
      out.push_back({std::move(more), std::move(next), 0});
    };
    const auto counter = [this](double before) {
      return happens(0.03) ? number(0, 3) : before + (happens(0.2) ? 0 : number(0, 20));
    };
    add("up", {}, [this](double) { return happens(0.9) ? 1.0 : 0.0; });
    for (const char* zone : {"a", "b"}) {
      add("temperature", {{"zone", zone}}, [this](double) { return number(-50, 100); });
    }
    add("odd", {{"zone", "a"}}, [this](double) {
      if (happens(0.05)) return std::numeric_limits<double>::quiet_NaN();
      if (happens(0.05)) return std::numeric_limits<double>::infinity() * (happens(0.5) ? 1 : -1);
      return happens(0.1) ? -0.0 : number(-3, 3);
    });
    for (const char* code : {"200", "404", "500"}) add("requests_total", {{"code", code}}, counter);
    add("errors_total", {{"code", "500"}}, counter);
    for (const char* le : {"0.1", "1", "5", "+Inf"}) add("latency_bucket", {{"le", le}}, counter);
    return out;
  }

  void stream(const std::string& job, const std::string& instance) {
    std::vector<Source> series = sources(job, instance);
    Table& table = out_.source.add_table();
    const size_t base = out_.stored.size();
    for (const Source& source : series) {
      std::vector<base::LabelView> views;
      for (const auto& [name, value] : source.labels) views.push_back({name, value});
      table.labels.push_back(base::Labels::of(views));
      out_.stored.push_back({source.labels, {}});
    }
    const base::TimestampMs offset = std::uniform_int_distribution<int>(0, 14'999)(random_);
    const int from = happens(0.3) ? 40 : 0;
    const int to = happens(0.3) ? 80 : kColumns;
    for (int c = from; c < to; ++c) {
      if (happens(0.05)) continue;  // A failed scrape that left no marker.
      const base::TimestampMs t = kFirst + c * kInterval + offset;
      std::vector<double> column;
      for (size_t i = 0; i < series.size(); ++i) {
        column.push_back(sample(series[i], c == to - 1));
        if (!base::is_absent(column.back()))
          out_.stored[base + i].samples.push_back({t, column[i]});
      }
      table.add_column(t, std::move(column));
    }
    out_.last = kFirst + kColumns * kInterval;
    out_.first = kFirst;
  }

  double sample(Source& source, bool is_end) {
    source.v = source.next(source.v);
    if (is_end || happens(0.01)) return base::stale_marker();
    return happens(0.03) ? base::absent_marker() : source.v;
  }

  std::mt19937 random_;
  RandomData& out_;
};

}  // namespace

RandomData::RandomData(uint32_t seed) { Generator(seed, *this).run(); }

}  // namespace tocsin::promql::test
