#include "promql/eval/scan_instant.h"

#include <algorithm>

#include "promql/eval/bucket_stripper.h"

namespace tocsin::promql {
namespace {

/// Fills a frame with the newest sample of each row at each step.
class InstantVisitor final : public base::TileVisitor {
 public:
  InstantVisitor(const Grid& grid, Shift shift, base::DurationMs lookback, InstantValue yields,
                 Frame& out, Run& run)
      : grid_(grid), shift_(shift), lookback_(lookback), yields_(yields), out_(out), run_(run) {}

  void on_tile(const base::Tile& tile) override {
    if (!status_.ok()) return;
    status_ = run_.check_sometimes();
    size_t begin = 0;
    size_t end = 0;
    for (size_t step = 0; step < grid_.steps; ++step) {
      const base::TimestampMs ref = shift_.apply(grid_.at(step));
      while (end < tile.t.size() && tile.t[end] <= ref) ++end;
      while (begin < end && tile.t[begin] <= saturating_sub(ref, lookback_)) ++begin;
      if (begin < end) fill_step(tile, begin, end, step);
    }
  }

  void on_mixed(const base::MixedSeries& series) override {
    if (!status_.ok()) return;
    size_t end = 0;
    for (size_t step = 0; step < grid_.steps; ++step) {
      const base::TimestampMs ref = shift_.apply(grid_.at(step));
      while (end < series.t.size() && series.t[end] <= ref) ++end;
      if (end > 0 && series.t[end - 1] > saturating_sub(ref, lookback_))
        fill_mixed(series, end - 1, step);
    }
  }

  const base::Status& status() const { return status_; }

 private:
  void fill_step(const base::Tile& tile, size_t begin, size_t end, size_t step) {
    if (tile.gaps[end - 1] != 0) {
      fill_with_gaps(tile, begin, end, step);
      return;
    }
    double* to = out_.column(step).data() + tile.first_row;
    if (yields_ == InstantValue::kValue) {
      std::copy_n(tile.values[end - 1], tile.rows, to);
    } else {
      std::fill_n(to, tile.rows, static_cast<double>(tile.t[end - 1]) / 1000);
    }
    set_bits(out_.bits(step), tile.first_row, tile.first_row + tile.rows);
  }

  /// Rows that miss the newest column have their sample in an older one, or are stale.
  void fill_with_gaps(const base::Tile& tile, size_t begin, size_t end, size_t step) {
    for (size_t row = 0; row < tile.rows; ++row) {
      size_t c = end;
      while (c > begin && base::is_absent(tile.values[c - 1][row])) --c;
      if (c == begin || base::is_stale(tile.values[c - 1][row])) continue;
      put(step, tile.first_row + row, tile.t[c - 1], tile.values[c - 1][row]);
    }
  }

  void fill_mixed(const base::MixedSeries& series, size_t i, size_t step) {
    const base::HistogramPtr& h = series.h[i];
    if (h == nullptr) {
      if (!base::is_stale(series.v[i])) put(step, series.row, series.t[i], series.v[i]);
      return;
    }
    if (base::is_stale(h->sum)) return;
    if (yields_ == InstantValue::kTimestamp) {
      put(step, series.row, series.t[i], 0);
    } else {
      out_.put(step, series.row, h);
    }
  }

  void put(size_t step, size_t row, base::TimestampMs t, double v) {
    out_.put(step, row, yields_ == InstantValue::kValue ? v : static_cast<double>(t) / 1000);
  }

  const Grid& grid_;
  Shift shift_;
  base::DurationMs lookback_;
  InstantValue yields_;
  Frame& out_;
  Run& run_;
  base::Status status_;
};

}  // namespace

void SelectionRows::refresh(SchemaIds& ids) {
  auto rows = selection_->rows();
  if (rows_ != nullptr && rows->version == rows_->version) {
    rows_ = std::move(rows);
    return;
  }
  rows_ = std::move(rows);
  auto schema = make_schema(ids);
  schema->labels = RowLabels::share(std::shared_ptr<const RowLabels::List>(rows_, &rows_->labels));
  schema_ = std::move(schema);
}

base::Status SelectionRows::scan(const base::ScanWindow& window, base::TileVisitor& visitor) const {
  const auto rows = static_cast<uint32_t>(rows_->labels.size());
  if (rows == 0) return {};
  return selection_->scan(*rows_, {0, rows}, window, visitor);
}

base::Status ScanInstant::scan(const Grid& grid, const Run& run, base::TileVisitor& visitor) const {
  base::ScanWindow window;
  window.from = saturating_sub(shift_.apply(grid.start), lookback_);
  window.to = shift_.apply(grid.last());
  window.as_of = run.as_of();
  window.newest_only = grid.steps == 1 && !strips_buckets_;
  if (!strips_buckets_) return rows_.scan(window, visitor);
  std::vector<SampleRange> steps(grid.steps);
  for (size_t i = 0; i < grid.steps; ++i) {
    const base::TimestampMs ref = shift_.apply(grid.at(i));
    steps[i] = {saturating_sub(ref, lookback_), ref};
  }
  BucketStripper stripper(visitor, std::move(steps));
  return rows_.scan(window, stripper);
}

base::Status ScanInstant::evaluate(const Grid& grid, Run& run) {
  rows_.refresh(run.ids());
  schema_ = rows_.schema();
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  InstantVisitor visitor(grid, shift_, lookback_, yields_, frame(), run);
  RETURN_IF_ERROR(scan(grid, run, visitor));
  run.reads().add(frame());
  return visitor.status();
}

}  // namespace tocsin::promql
