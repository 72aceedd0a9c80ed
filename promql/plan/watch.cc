#include "promql/plan/watch.h"

#include <algorithm>
#include <utility>

namespace tocsin::promql {

bool Observation::has_any(size_t row) const {
  if (!windows.empty()) return windows[row].in_any;
  for (size_t step = 0; step < frame.steps; ++step) {
    if (frame.has(step, row)) return true;
  }
  return false;
}

uint64_t Observation::rows() const {
  uint64_t found = 0;
  const size_t all = schema == nullptr ? 0 : schema->rows();
  for (size_t row = 0; row < all; ++row) found += has_any(row) ? 1 : 0;
  return found;
}

Stopwatch::Stopwatch(PlanWatch& watch, Observation& seen)
    : watch_(watch), seen_(seen), began_ns_(watch.clock_.steady_ns()) {
  watch_.running_.push_back(&seen_);
}

Stopwatch::~Stopwatch() {
  const int64_t took = now_ns() - began_ns_ - left_out_ns_;
  seen_.total_ns += took;
  watch_.running_.pop_back();
  if (!watch_.running_.empty()) watch_.running_.back()->children_ns += took;
}

namespace {

/// Evaluates as its child does, and keeps a copy of the result.
class WatchedOperator final : public Operator {
 public:
  WatchedOperator(PlanWatch& watch, Observation& seen, OperatorPtr child)
      : watch_(watch), seen_(seen), child_(std::move(child)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override {
    {
      const Stopwatch stopwatch(watch_, seen_);
      RETURN_IF_ERROR(child_->eval(grid, run));
    }
    schema_ = child_->schema();
    take_over(*child_);
    const Frame& result = frame();
    RETURN_IF_ERROR(run.reserve_bytes(result.values.size() * (sizeof(double) + 1) +
                                      result.histograms.size() * sizeof(base::HistogramPtr)));
    seen_.ran = true;
    seen_.grid = grid;
    seen_.schema = schema_;
    seen_.frame = result;
    return {};
  }

  PlanWatch& watch_;
  Observation& seen_;
  OperatorPtr child_;
};

/// Counts the samples that pass on their way to the consumer.
class CountingVisitor final : public base::TileVisitor {
 public:
  CountingVisitor(base::TileVisitor& consumer, const RangeInput& input, Observation& seen,
                  Stopwatch& stopwatch)
      : consumer_(consumer),
        first_(input.window(seen.grid.start)),
        last_(input.window(seen.grid.last())),
        seen_(seen),
        stopwatch_(stopwatch) {}

  void on_tile(const base::Tile& tile) override {
    for (size_t c = 0; c < tile.t.size(); ++c) {
      for (size_t row = 0; row < tile.rows; ++row) {
        if (base::is_value(tile.values[c][row])) count(tile.first_row + row, tile.t[c]);
      }
    }
    const int64_t began = stopwatch_.now_ns();
    consumer_.on_tile(tile);
    stopwatch_.leave_out(stopwatch_.now_ns() - began);
  }

  void on_mixed(const base::MixedSeries& series) override {
    for (size_t i = 0; i < series.t.size(); ++i) {
      const double v = series.h[i] != nullptr ? series.h[i]->sum : series.v[i];
      if (!base::is_stale(v)) count(series.row, series.t[i]);
    }
    const int64_t began = stopwatch_.now_ns();
    consumer_.on_mixed(series);
    stopwatch_.leave_out(stopwatch_.now_ns() - began);
  }

 private:
  void count(size_t row, base::TimestampMs t) {
    ++seen_.samples_read;
    LastWindow& window = seen_.windows[row];
    if (t > first_.samples_from && t <= last_.samples_to) window.in_any = true;
    if (t > last_.samples_from && t <= last_.samples_to) ++window.samples;
  }

  base::TileVisitor& consumer_;
  WindowTimes first_;
  WindowTimes last_;
  Observation& seen_;
  Stopwatch& stopwatch_;
};

/// Hands out what its child does.
class WatchedRange final : public RangeInput {
 public:
  WatchedRange(PlanWatch& watch, Observation& seen, RangeInputPtr child)
      : RangeInput(child->shift(), child->range(), child->reach()),
        watch_(watch),
        seen_(seen),
        child_(std::move(child)) {}

  base::Status open(const Grid& grid, Run& run) override {
    const Stopwatch stopwatch(watch_, seen_);
    RETURN_IF_ERROR(child_->open(grid, run));
    schema_ = child_->schema();
    seen_.ran = true;
    seen_.grid = grid;
    seen_.schema = schema_;
    seen_.windows.assign(schema_->rows(), {});
    return {};
  }

  base::Status visit(base::TileVisitor& visitor) override {
    Stopwatch stopwatch(watch_, seen_);
    CountingVisitor counting(visitor, *this, seen_, stopwatch);
    return child_->visit(counting);
  }

 private:
  PlanWatch& watch_;
  Observation& seen_;
  RangeInputPtr child_;
};

}  // namespace

OperatorPtr PlanWatch::observe(const Expr& expr, OperatorPtr made) {
  return std::make_unique<WatchedOperator>(*this, seen_[&expr], std::move(made));
}

RangeInputPtr PlanWatch::observe(const Expr& expr, RangeInputPtr made) {
  return std::make_unique<WatchedRange>(*this, seen_[&expr], std::move(made));
}

const Observation* PlanWatch::of(const Expr& expr) const {
  const auto found = seen_.find(&expr);
  return found == seen_.end() ? nullptr : &found->second;
}

}  // namespace tocsin::promql
