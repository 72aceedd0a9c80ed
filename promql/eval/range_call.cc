#include "promql/eval/range_call.h"

#include <algorithm>
#include <array>

#include "promql/eval/quantile.h"
#include "promql/eval/range_call_visitor.h"

namespace tocsin::promql {

base::Status RangeCall::evaluate(const Grid& grid, Run& run) {
  for (const OperatorPtr& param : params_) RETURN_IF_ERROR(param->eval(grid, run));
  RETURN_IF_ERROR(input_->open(grid, run));
  bind_rows(run);
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  const bool merges = !spec_.function->keeps_name && !projection_.is_identity();
  if (merges) unmerged_.reset(input_schema_->rows(), grid.steps);
  Frame& values = merges ? unmerged_ : frame();
  RangeCallVisitor visitor(*this, grid, values, run);
  RETURN_IF_ERROR(input_->visit(visitor));
  RETURN_IF_ERROR(visitor.status());
  annotate_odd_names(values, run);
  if (spec_.function->sorting == quantile_of) annotate_quantiles(values, run);
  return merges ? projection_.apply(values, frame()) : base::Status();
}

void RangeCall::bind_rows(Run& run) {
  if (input_schema_ == input_->schema()) return;
  input_schema_ = input_->schema();
  if (spec_.function->keeps_name) {
    schema_ = input_schema_;
  } else {
    bind_dropped_names(projection_, input_schema_, run.ids(), spec_.delayed_names);
    schema_ = projection_.schema();
  }
  if (spec_.function->wants_counter) find_odd_names();
}

void RangeCall::find_odd_names() {
  constexpr std::array<std::string_view, 4> kCounterEndings = {"_total", "_sum", "_count",
                                                               "_bucket"};
  odd_names_.clear();
  for (size_t row = 0; row < input_schema_->rows(); ++row) {
    const base::Labels& labels = input_schema_->labels[row];
    const std::string_view name = labels.metric_name();
    if (name.empty()) continue;
    if (spec_.type_and_unit) {
      const std::string_view type = labels.get("__type__");
      if (type == "counter" || type == "histogram") continue;
      odd_names_.emplace_back(static_cast<uint32_t>(row),
                              "metric might not be a counter, __type__ label is not set to "
                              "\"counter\" or \"histogram\", got " +
                                  base::go_quote(type) + ": " + base::go_quote(name));
      continue;
    }
    const bool is_counter = std::any_of(kCounterEndings.begin(), kCounterEndings.end(),
                                        [name](std::string_view e) { return name.ends_with(e); });
    if (is_counter) continue;
    odd_names_.emplace_back(static_cast<uint32_t>(row),
                            "metric might not be a counter, name does not end in "
                            "_total/_sum/_count/_bucket: " +
                                base::go_quote(name));
  }
}

void RangeCall::annotate_odd_names(const Frame& values, Run& run) const {
  const std::string* last = nullptr;
  for (const auto& [row, text] : odd_names_) {
    // Rows of one metric stand together: the set would drop the repeats, this saves the copies.
    if (last != nullptr && *last == text) continue;
    for (size_t step = 0; step < values.steps; ++step) {
      if (!values.has(step, row) || values.is_histogram(step, row)) continue;
      run.inform(text, spec_.range_pos);
      last = &text;
      break;
    }
  }
}

void RangeCall::annotate_quantiles(const Frame& values, Run& run) const {
  for (size_t step = 0; step < values.steps; ++step) {
    const double q = param_at(step);
    if (is_bad_quantile(q) && values.any(step)) run.warn(quantile_warning(q), spec_.param_pos);
  }
}

}  // namespace tocsin::promql
