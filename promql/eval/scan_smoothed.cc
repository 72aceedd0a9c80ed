#include "promql/eval/scan_smoothed.h"

#include <algorithm>

#include "promql/eval/kernels_extended.h"
#include "promql/eval/kernels_native_extended.h"

namespace tocsin::promql {
namespace {

class SmoothingVisitor final : public base::TileVisitor {
 public:
  struct Setup {
    Shift shift;
    base::DurationMs lookback = 0;
    base::PosRange pos;
  };
  SmoothingVisitor(const Grid& grid, const Setup& setup, const RowSchema& rows, Frame& out,
                   Run& run)
      : grid_(grid),
        shift_(setup.shift),
        lookback_(setup.lookback),
        pos_(setup.pos),
        rows_(rows),
        out_(out),
        run_(run) {}

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

  void on_mixed(const base::MixedSeries& series) override {
    Samples all;
    for (size_t i = 0; i < series.t.size(); ++i) {
      const base::HistogramPtr& h = series.h[i];
      if (base::is_stale(h ? h->sum : series.v[i])) continue;
      all.t.push_back(series.t[i]);
      all.v.push_back(series.v[i]);
      all.h.push_back(h);
    }
    for (size_t step = 0; step < grid_.steps && status_.ok(); ++step) {
      status_ = run_.check_sometimes();
      smooth_mixed(all, series.row, step);
    }
  }

  const base::Status& status() const { return status_; }

 private:
  /// Of a series that has histograms, without stale markers.
  struct Samples {
    std::vector<base::TimestampMs> t;
    std::vector<double> v;
    std::vector<base::HistogramPtr> h;
  };

  void smooth_mixed(const Samples& all, uint32_t row, size_t step) {
    const base::TimestampMs at = shift_.apply(grid_.at(step));
    const auto begin = std::ranges::upper_bound(all.t, saturating_sub(at, lookback_));
    const auto end = std::ranges::upper_bound(all.t, saturating_sub(at, -lookback_));
    const auto first = static_cast<size_t>(begin - all.t.begin());
    const auto size = static_cast<size_t>(end - begin);
    const std::span window(all.h.data() + first, size);
    const auto is_float = [](const base::HistogramPtr& h) { return h == nullptr; };
    const auto floats = static_cast<size_t>(std::ranges::count_if(window, is_float));
    if (floats == size) {
      t_.assign(begin, end);
      v_.assign(all.v.begin() + static_cast<std::ptrdiff_t>(first),
                all.v.begin() + static_cast<std::ptrdiff_t>(first + size));
      smooth_step(row, step);
    } else if (floats == 0) {
      smooth_histograms({all.t.data() + first, size}, window, row, step);
    } else {
      run_.warn("encountered a mix of histograms and floats for metric name " +
                    base::go_quote(rows_.labels[row].metric_name()),
                pos_);
    }
  }

  void smooth_histograms(std::span<const base::TimestampMs> t,
                         std::span<const base::HistogramPtr> h, uint32_t row, size_t step) {
    const base::TimestampMs at = shift_.apply(grid_.at(step));
    const auto next = static_cast<size_t>(std::ranges::lower_bound(t, at) - t.begin());
    if (next < t.size() && t[next] == at) {
      out_.put(step, row, h[next]);
    } else if (next > 0 && next < t.size()) {
      HistogramNotes notes;
      const auto gauge = base::CounterResetHint::kGauge;
      const bool is_counter =
          h[next - 1]->counter_reset_hint != gauge || h[next]->counter_reset_hint != gauge;
      auto between = interpolate({t[next - 1], h[next - 1].get()}, {t[next], h[next].get()}, at,
                                 is_counter && !mixed_kinds(*h[next - 1], *h[next]), notes);
      annotate(notes, rows_.labels[row].metric_name(), pos_, run_);
      if (between) {
        out_.put(step, row, std::make_shared<const base::FloatHistogram>(*std::move(between)));
      }
    } else if (next > 0) {
      // Its hint speaks of the sample before it, not of its value.
      auto last = std::make_shared<base::FloatHistogram>(*h[next - 1]);
      last->counter_reset_hint = base::CounterResetHint::kUnknown;
      out_.put(step, row, std::move(last));
    }
  }

  /// These never go together, not even where a reset would make only one of them matter.
  static bool mixed_kinds(const base::FloatHistogram& a, const base::FloatHistogram& b) {
    return a.uses_custom_buckets() != b.uses_custom_buckets();
  }

  void smooth_row(size_t row) {
    for (size_t step = 0; step < grid_.steps && status_.ok(); ++step) {
      status_ = run_.check_sometimes();
      smooth_step(row, step);
    }
  }

  void smooth_step(size_t row, size_t step) {
    const base::TimestampMs at = shift_.apply(grid_.at(step));
    const auto next = static_cast<size_t>(std::lower_bound(t_.begin(), t_.end(), at) - t_.begin());
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

  const Grid& grid_;
  Shift shift_;
  base::DurationMs lookback_;
  base::PosRange pos_;
  const RowSchema& rows_;
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
  SmoothingVisitor visitor(grid, {shift_, lookback_, pos_}, *schema_, frame(), run);
  base::ScanWindow window;
  window.from = saturating_sub(shift_.apply(grid.start), lookback_);
  window.to = saturating_sub(shift_.apply(grid.last()), -lookback_);
  window.as_of = run.as_of();
  RETURN_IF_ERROR(rows_.scan(window, visitor));
  run.reads().add(frame());
  return visitor.status();
}

}  // namespace tocsin::promql
