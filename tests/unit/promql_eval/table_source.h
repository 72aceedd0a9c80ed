// A SeriesSource over tables that a test fills: streams of rows that share timestamps.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/series_source.h"

namespace tocsin::promql::test {

/// One stream: columns[c][row] at t[c]; the absent and the stale marker as in a store.
struct Table {
  std::vector<base::Labels> labels;
  std::vector<base::TimestampMs> t;
  std::vector<std::vector<double>> columns;
  std::vector<uint8_t> gaps;
  std::vector<uint8_t> drops;
  /// Empty, or as base::Tile::starts: one per column, each empty or one per row.
  std::vector<std::vector<base::TimestampMs>> starts;
  /// Appends a column and computes its flags.
  void add_column(base::TimestampMs at, std::vector<double> values);
};

/// One series that has histograms.
struct MixedTable {
  base::Labels labels;
  std::vector<base::TimestampMs> t;
  std::vector<double> v;
  std::vector<base::HistogramPtr> h;
};

class TableSource final : public base::SeriesSource {
 public:
  /// A stream without rows yet. Lifetime: as long as the source.
  Table& add_table() { return tables_.emplace_back(); }
  MixedTable& add_mixed() { return mixed_.emplace_back(); }
  /// Series "name{labels}" with a value every `step` from 0; "_" is a gap, "stale" a stale marker.
  void load(base::DurationMs step, const std::string& series, const std::string& values);
  /// Makes selections look at the rows again.
  void rows_changed() { ++version_; }

  base::Result<std::shared_ptr<base::Selection>> select(const base::Matchers& matchers) override;
  base::Result<std::vector<base::Labels>> series(const std::vector<base::Matchers>&,
                                                 base::TimestampMs, base::TimestampMs) override {
    return std::vector<base::Labels>{};
  }

  uint64_t version() const { return version_; }
  const std::deque<Table>& tables() const { return tables_; }
  const std::deque<MixedTable>& mixed() const { return mixed_; }

 private:
  std::deque<Table> tables_;
  std::deque<MixedTable> mixed_;
  uint64_t version_ = 1;
};

/// The number a text means: "_" absent, "stale" the stale marker.
double value_from(const std::string& text);

}  // namespace tocsin::promql::test
