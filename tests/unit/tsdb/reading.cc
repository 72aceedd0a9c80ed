#include "tests/unit/tsdb/reading.h"

#include <ostream>

namespace tocsin::tsdb {
namespace {

class Collector final : public base::TileVisitor {
 public:
  Collector(const base::RowSet& rows, base::RowRange range, base::TimestampMs from,
            base::TimestampMs to)
      : rows_(rows), range_(range), from_(from), to_(to), next_row_(range.begin) {}

  void on_tile(const base::Tile& tile) override {
    reading.tile_rows.push_back(tile.rows);
    expect(tile.rows > 0 && !tile.t.empty(), "a tile has rows and columns");
    expect(tile.first_row >= next_row_ && tile.first_row + tile.rows <= range_.end,
           "tiles ascend within the range");
    next_row_ = tile.first_row + tile.rows;
    check_times(tile.t);
    bool any = false;
    for (uint32_t i = 0; i < tile.rows; ++i) any |= collect_row(tile, i);
    expect(any, "a tile has a sample");
  }

  void on_mixed(const base::MixedSeries& series) override {
    expect(series.row >= next_row_ && series.row < range_.end, "mixed rows ascend");
    next_row_ = series.row + 1;
    check_times(series.t);
    bool any_histogram = false;
    std::vector<Seen>& out = samples_of(series.row);
    for (size_t i = 0; i < series.t.size(); ++i) {
      any_histogram |= series.h[i] != nullptr;
      out.push_back(series.h[i] ? histogram_at(series.t[i], series.h[i]->count)
                                : value_at(series.t[i], series.v[i]));
    }
    expect(any_histogram, "a mixed series has a histogram");
  }

  Reading reading;

 private:
  void expect(bool holds, const char* what) {
    if (!holds) reading.broken.emplace_back(what);
  }

  void check_times(std::span<const base::TimestampMs> t) {
    for (size_t c = 0; c < t.size(); ++c) {
      expect(t[c] > from_ && t[c] <= to_, "times lie in the range");
      expect(c == 0 || t[c] > t[c - 1], "times ascend");
    }
  }

  bool collect_row(const base::Tile& tile, uint32_t i) {
    bool any = false;
    for (size_t c = 0; c < tile.t.size(); ++c) {
      const double v = tile.values[c][i];
      expect(tile.gaps[c] != 0 || base::is_value(v), "no gap without a flag");
      const bool comparable = c > 0 && base::is_value(v) && base::is_value(tile.values[c - 1][i]);
      expect(!comparable || tile.drops[c] != 0 || !(v < tile.values[c - 1][i]),
             "no drop without a flag");
      if (base::is_absent(v)) continue;
      samples_of(tile.first_row + i).push_back(value_at(tile.t[c], v));
      any = true;
    }
    return any;
  }

  std::vector<Seen>& samples_of(uint32_t row) {
    return reading.series[rows_.labels[row].to_metric()];
  }

  const base::RowSet& rows_;
  base::RowRange range_;
  base::TimestampMs from_;
  base::TimestampMs to_;
  uint32_t next_row_;
};

}  // namespace

Reading read(base::Selection& selection, const base::RowSet& rows, base::RowRange range,
             const base::ScanWindow& window) {
  Collector collector(rows, range, window.from, window.to);
  const base::Status status = selection.scan(rows, range, window, collector);
  if (!status) collector.reading.broken.push_back(status.to_string());
  return std::move(collector.reading);
}

Reading read(base::Selection& selection, base::TimestampMs from, base::TimestampMs to,
             const base::Moment& as_of) {
  const auto rows = selection.rows();
  const auto end = static_cast<uint32_t>(rows->labels.size());
  return read(selection, *rows, {0, end}, {from, to, false, &as_of});
}

Reading read(base::SeriesSource& source, const base::Matchers& matchers, base::TimestampMs from,
             base::TimestampMs to) {
  auto selection = source.select(matchers);
  if (!selection) {
    Reading failed;
    failed.broken.push_back(selection.error().to_string());
    return failed;
  }
  return read(**selection, from, to);
}

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  out << '@' << seen.t << ' ';
  if (seen.histogram_count >= 0) return out << "histogram " << seen.histogram_count;
  if (seen.bits == base::kStaleBits) return out << "stale";
  return out << std::bit_cast<double>(seen.bits);
}

}  // namespace tocsin::tsdb
