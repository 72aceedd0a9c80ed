// Where range functions get their windows from: a range selector, or a subquery.
#pragma once

#include <memory>
#include <vector>

#include "engine/base/series_source.h"
#include "promql/eval/scan_instant.h"
#include "promql/eval/window.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// How far windows reach beyond the range.
struct WindowReach {
  RangeMode mode = RangeMode::kPlain;
  base::DurationMs before = 0;
  base::DurationMs after = 0;
};

/// Hands out all samples that any window of a grid needs, as tiles.
class RangeInput {
 public:
  RangeInput(Shift shift, base::DurationMs range, WindowReach reach = {})
      : shift_(shift), range_(range), reach_(reach) {}
  virtual ~RangeInput() = default;
  RangeInput(const RangeInput&) = delete;
  RangeInput& operator=(const RangeInput&) = delete;

  /// Prepares for the grid; afterwards schema() holds the rows.
  virtual base::Status open(const Grid& grid, Run& run) = 0;
  /// Visits the samples of what was opened. What the visitor gets lives during its call.
  virtual base::Status visit(base::TileVisitor& visitor) = 0;
  /// True when visit_rows() may be called for parts of the rows, on several threads at once.
  virtual bool splits() const { return false; }
  virtual base::Status visit_rows(base::RowRange rows, base::TileVisitor& visitor) {
    (void)rows;
    return visit(visitor);
  }
  const RowSchemaPtr& schema() const { return schema_; }

  /// The window of an evaluation at `t`.
  WindowTimes window(base::TimestampMs t) const {
    const base::TimestampMs end = shift_.apply(t);
    const base::TimestampMs start = saturating_sub(end, range_);
    return {start,
            end,
            t,
            static_cast<double>(range_) / 1000,
            saturating_sub(start, reach_.before),
            saturating_sub(end, -reach_.after)};
  }
  RangeMode mode() const { return reach_.mode; }
  Shift shift() const { return shift_; }
  base::DurationMs range() const { return range_; }
  const WindowReach& reach() const { return reach_; }

 protected:
  Shift shift_;
  base::DurationMs range_;
  WindowReach reach_;
  RowSchemaPtr schema_;
};

using RangeInputPtr = std::unique_ptr<RangeInput>;

/// A range selector.
class RangeScan final : public RangeInput {
 public:
  RangeScan(std::shared_ptr<base::Selection> selection, Shift shift, base::DurationMs range,
            WindowReach reach)
      : RangeInput(shift, range, reach), rows_(std::move(selection)) {}
  /// Native histograms come without buckets (bucket_stripper.h).
  void strip_buckets() { strips_buckets_ = true; }
  base::Status open(const Grid& grid, Run& run) override;
  base::Status visit(base::TileVisitor& visitor) override;
  bool splits() const override { return !strips_buckets_; }
  base::Status visit_rows(base::RowRange rows, base::TileVisitor& visitor) override {
    return rows_.scan_rows(rows, samples_, visitor);
  }

 private:
  SelectionRows rows_;
  Grid grid_;
  base::ScanWindow samples_;
  bool strips_buckets_ = false;
};

/// expr[range:step]: evaluates the inner plan once over an aligned grid; its points become samples.
class SubqueryInput final : public RangeInput {
 public:
  SubqueryInput(OperatorPtr inner, Shift shift, base::DurationMs range, base::DurationMs step)
      : RangeInput(shift, range), inner_(std::move(inner)), step_(step) {}
  base::Status open(const Grid& grid, Run& run) override;
  base::Status visit(base::TileVisitor& visitor) override;

 private:
  void visit_histogram_rows(base::TileVisitor& visitor);
  void mark_columns();
  void visit_float_rows(size_t begin, size_t end, base::TileVisitor& visitor);

  OperatorPtr inner_;
  base::DurationMs step_;
  Grid inner_grid_;
  std::vector<base::TimestampMs> t_;
  std::vector<const double*> columns_;  // Of the rows at hand.
  std::vector<uint8_t> gaps_;           // Of all rows, as drops_.
  std::vector<uint8_t> drops_;
  std::vector<size_t> histogram_rows_;  // Ascending.
};

/// The grid of a subquery: absolute multiples of `step`, later than `from`, up to `to`. May be
/// empty. Source: prometheus:promql/engine.go eval (SubqueryExpr).
Grid subquery_grid(base::TimestampMs from, base::TimestampMs to, base::DurationMs step);

}  // namespace tocsin::promql
