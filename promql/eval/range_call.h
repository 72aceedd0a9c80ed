// rate(x[5m]) and its like: one function over the windows of every row, for every step.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "promql/eval/projection.h"
#include "promql/eval/range_functions.h"
#include "promql/eval/range_input.h"

namespace tocsin::promql {

/// Room that a thread needs while it runs the function.
struct RangeScratch {
  // One row's window.
  std::vector<base::TimestampMs> row_t;
  std::vector<double> row_v;
  std::vector<base::TimestampMs> row_starts;
  std::vector<double> sorted;
  // Of some rows of a tile: their columns, and events up to each column.
  std::vector<const double*> block_columns;
  std::vector<uint32_t> event_sums;
  std::vector<uint32_t> rows_with_holes;
};

class RangeCall final : public Operator {
 public:
  struct Spec {
    const RangeFunction* function = nullptr;
    base::PosRange range_pos;  ///< Of the range argument, for annotations.
    base::PosRange param_pos;
    base::PosRange first_pos;  ///< Of the first argument, whichever that is.
    bool delayed_names = false;
    bool type_and_unit = false;  ///< Feature: the type is a label, not a guess from the name.
    bool uses_starts = false;    ///< Feature: start timestamps tell of resets.
  };
  /// `params` are the scalar arguments: none, one or two.
  RangeCall(Spec spec, RangeInputPtr input, std::vector<OperatorPtr> params)
      : spec_(spec),
        input_(std::move(input)),
        params_(std::move(params)),
        projection_(Projection::Clash::kAnyStep) {}

 private:
  friend class RangeCallVisitor;
  base::Status evaluate(const Grid& grid, Run& run) override;
  base::Status visit_input(const Grid& grid, Frame& values, Run& run);
  base::Status visit_morsels(std::span<const base::RowRange> morsels, const Grid& grid,
                             Frame& values, Run& run);
  void bind_rows(Run& run);
  void find_odd_names();
  void add_odd_name(uint32_t row, std::string text);
  void annotate_odd_names(const Frame& values, Run& run) const;
  void annotate_quantiles(const Frame& values, Run& run) const;
  /// The value of a scalar argument; 0 when there is none.
  double param_at(size_t step, size_t i = 0) const {
    return i < params_.size() ? scalar_at(*params_[i], step) : 0.0;
  }

  Spec spec_;
  RangeInputPtr input_;
  std::vector<OperatorPtr> params_;
  Projection projection_;
  RowSchemaPtr input_schema_;
  Frame unmerged_;  // Used only when dropping names makes rows equal.
  /// Rows whose name is not a counter's, with the number of the annotation each deserves.
  std::vector<std::pair<uint32_t, uint32_t>> odd_names_;
  std::vector<std::string> odd_name_texts_;
  RangeScratch scratch_;
  std::vector<std::unique_ptr<RangeScratch>> more_scratch_;  // Of other threads.
};

/// A call that fails when it is evaluated, and only then.
class FailingCall final : public Operator {
 public:
  explicit FailingCall(std::string message) : message_(std::move(message)) {}

 private:
  base::Status evaluate(const Grid&, Run&) override { return {base::Code::kInvalid, message_}; }
  std::string message_;
};

}  // namespace tocsin::promql
