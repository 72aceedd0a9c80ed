#include "promql/eval/scan_smoothed.h"

#include <algorithm>

#include "promql/eval/kernels_extended.h"

namespace tocsin::promql {
namespace {

class SmoothingVisitor final : public base::TileVisitor {
 public:
  SmoothingVisitor(const Grid& grid, Shift shift, base::DurationMs lookback, base::PosRange pos,
                   Frame& out, Run& run)
      : grid_(grid), shift_(shift), lookback_(lookback), pos_(pos), out_(out), run_(run) {}

  void on_tile(const base::Tile& tile) override {
    for (uint32_t row = 0; row < tile.rows; ++row) {
      t_.clear();
      v_.clear();
      for (size_t c = 0; c < tile.t.size(); ++c) {
        if (!base::is_value(tile.values[c][row])) continue;
        t_.push_back(tile.t[c]);
        v_.push_back(tile.values[c][row]);
      }
      smooth_row(tile.first_row + row);
    }
  }

  void on_mixed(const base::MixedSeries&) override {
    if (status_.ok()) status_ = histogram_refused(run_, "modifier smoothed", pos_);
  }

  const base::Status& status() const { return status_; }

 private:
  void smooth_row(size_t row) {
    for (size_t step = 0; step < grid_.steps && status_.ok(); ++step) {
      status_ = run_.check_sometimes();
      const base::TimestampMs at = shift_.apply(grid_.at(step));
      const auto next =
          static_cast<size_t>(std::lower_bound(t_.begin(), t_.end(), at) - t_.begin());
      const bool has_next = next < t_.size() && t_[next] <= saturating_sub(at, -lookback_);
      const bool has_previous = next > 0 && t_[next - 1] > saturating_sub(at, lookback_);
      if (has_next && t_[next] == at) {
        out_.put(step, row, v_[next]);
      } else if (has_next && has_previous) {
        out_.put(step, row, interpolate(t_[next - 1], v_[next - 1], t_[next], v_[next], at, false));
      } else if (has_previous) {
        out_.put(step, row, v_[next - 1]);
      }
    }
  }

  const Grid& grid_;
  Shift shift_;
  base::DurationMs lookback_;
  base::PosRange pos_;
  Frame& out_;
  Run& run_;
  std::vector<base::TimestampMs> t_;  // Of the row at hand.
  std::vector<double> v_;
  base::Status status_;
};

}  // namespace

base::Status ScanSmoothed::evaluate(const Grid& grid, Run& run) {
  rows_.refresh(run.ids());
  schema_ = rows_.schema();
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  SmoothingVisitor visitor(grid, shift_, lookback_, pos_, frame(), run);
  RETURN_IF_ERROR(rows_.scan(saturating_sub(shift_.apply(grid.start), lookback_),
                             saturating_sub(shift_.apply(grid.last()), -lookback_), visitor));
  run.read_samples(frame().count());
  return visitor.status();
}

}  // namespace tocsin::promql
