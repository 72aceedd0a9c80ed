// A store with a clock, and one-line scrapes.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/tsdb/store.h"
#include "tests/support/fake_time.h"

namespace tocsin::tsdb {

inline base::Labels labels_of(std::string_view metric, std::string_view instance = "") {
  return base::Labels::of({{base::kMetricName, metric}, {"instance", instance}});
}

inline base::Matchers metric_is(std::string metric) {
  return {base::Matcher::equal(std::string(base::kMetricName), std::move(metric))};
}

/// A writer that takes whole columns by label set; adds series as they come, removes none.
class Scraper {
 public:
  Scraper(Store& store, std::string name) : writer_(store.open_stream(std::move(name))) {}

  using Column = std::map<std::string, double>;  ///< Value by metric name.
  base::CommitStats scrape(base::TimestampMs t, const Column& values) {
    for (const auto& [metric, v] : values) row(metric);
    const auto column = writer_->begin(t);
    if (!column) return {};
    for (const auto& [metric, v] : values) (*column)[row(metric)] = v;
    const auto stats = writer_->commit();
    return stats ? *stats : base::CommitStats{};
  }
  base::WriterRow row(const std::string& metric) {
    const auto found = rows_.find(metric);
    if (found != rows_.end()) return found->second;
    const base::Labels labels = labels_of(metric);
    const auto added = writer_->add_series({&labels, 1});
    return rows_[metric] = added ? *added : 0;
  }
  void remove(const std::string& metric) {
    writer_->remove_series(rows_.at(metric));
    rows_.erase(metric);
  }
  base::StreamWriter& writer() { return *writer_; }
  void destroy() { writer_.reset(); }

 private:
  std::unique_ptr<base::StreamWriter> writer_;
  std::map<std::string, base::WriterRow> rows_;
};

inline constexpr base::TimestampMs kStart = 1'700'000'000'000;

}  // namespace tocsin::tsdb
