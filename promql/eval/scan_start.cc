#include "promql/eval/scan_start.h"

namespace tocsin::promql {
namespace {

/// Fills a frame with the start of each row's newest sample at each step.
class StartVisitor final : public base::TileVisitor {
 public:
  StartVisitor(const Grid& grid, Shift shift, base::DurationMs lookback, Frame& out, Run& run)
      : grid_(grid), shift_(shift), lookback_(lookback), out_(out), run_(run) {}

  void on_tile(const base::Tile& tile) override {
    size_t end = 0;
    for (size_t step = 0; step < grid_.steps && goes_on(); ++step) {
      const base::TimestampMs ref = shift_.apply(grid_.at(step));
      while (end < tile.t.size() && tile.t[end] <= ref) ++end;
      for (uint32_t row = 0; row < tile.rows; ++row) {
        size_t c = end;
        while (c > 0 && base::is_absent(tile.values[c - 1][row])) --c;
        if (c == 0 || is_too_old(tile.t[c - 1], ref) || base::is_stale(tile.values[c - 1][row]))
          continue;
        const base::TimestampMs* starts = tile.starts != nullptr ? tile.starts[c - 1] : nullptr;
        put(step, tile.first_row + row, starts != nullptr ? starts[row] : base::kNoStart);
      }
    }
  }

  void on_mixed(const base::MixedSeries& series) override {
    size_t end = 0;
    for (size_t step = 0; step < grid_.steps && goes_on(); ++step) {
      const base::TimestampMs ref = shift_.apply(grid_.at(step));
      while (end < series.t.size() && series.t[end] <= ref) ++end;
      if (end == 0 || is_too_old(series.t[end - 1], ref)) continue;
      const base::HistogramPtr& h = series.h[end - 1];
      if (base::is_stale(h != nullptr ? h->sum : series.v[end - 1])) continue;
      put(step, series.row, series.starts.empty() ? base::kNoStart : series.starts[end - 1]);
    }
  }

  const base::Status& status() const { return status_; }

 private:
  bool goes_on() {
    if (status_.ok()) status_ = run_.check_sometimes();
    return status_.ok();
  }
  bool is_too_old(base::TimestampMs t, base::TimestampMs ref) const {
    return t <= saturating_sub(ref, lookback_);
  }
  void put(size_t step, size_t row, base::TimestampMs start) {
    out_.put(step, row, static_cast<double>(start) / 1000);
  }

  const Grid& grid_;
  Shift shift_;
  base::DurationMs lookback_;
  Frame& out_;
  Run& run_;
  base::Status status_;
};

}  // namespace

base::Status ScanStart::evaluate(const Grid& grid, Run& run) {
  rows_.refresh(run.ids());
  schema_ = rows_.schema();
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  StartVisitor visitor(grid, shift_, lookback_, frame(), run);
  base::ScanWindow window;
  window.from = saturating_sub(shift_.apply(grid.start), lookback_);
  window.to = shift_.apply(grid.last());
  window.as_of = run.as_of();
  RETURN_IF_ERROR(rows_.scan(window, visitor));
  run.reads().add(frame());
  return visitor.status();
}

base::Status NoStartTimestamp::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  schema_ = child_->schema();
  return reset_own(schema_->rows(), grid.steps, run);
}

}  // namespace tocsin::promql
