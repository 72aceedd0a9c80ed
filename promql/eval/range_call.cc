#include "promql/eval/range_call.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>

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
  RETURN_IF_ERROR(visit_input(grid, values, run));
  annotate_odd_names(values, run);
  if (spec_.function->sorting == quantile_of) annotate_quantiles(values, run);
  return merges ? projection_.apply(values, frame()) : base::Status();
}

base::Status RangeCall::visit_input(const Grid& grid, Frame& values, Run& run) {
  const Parallelism* const parallelism = run.parallelism();
  if (parallelism != nullptr && input_->splits() &&
      morsel_count(values.rows, grid.steps, *parallelism) > 1) {
    return visit_morsels(morsels_of(values.rows, grid.steps, *parallelism), grid, values, run);
  }
  RangeCallVisitor visitor(*this, grid, values, run, scratch_);
  RETURN_IF_ERROR(input_->visit(visitor));
  return visitor.status();
}

/// Rows of two morsels have nothing in common, bitmap words included, so threads meet nowhere but
/// where there are histograms.
base::Status RangeCall::visit_morsels(std::span<const base::RowRange> morsels, const Grid& grid,
                                      Frame& values, Run& run) {
  struct Part {
    base::Annotations annotations;
    std::optional<Run> run;
    base::Status status;
  };
  std::vector<Part> parts(morsels.size());
  for (Part& part : parts) part.run = run.fork(part.annotations);
  while (more_scratch_.size() < morsels.size()) {
    more_scratch_.push_back(std::make_unique<RangeScratch>());
  }
  std::mutex frame_mutex;
  run_morsels(*run.parallelism()->executor, morsels.size(), [&](size_t i) {
    Part& part = parts[i];
    RangeCallVisitor visitor(*this, grid, values, *part.run, *more_scratch_[i]);
    visitor.share_frame(frame_mutex);
    part.status = input_->visit_rows(morsels[i], visitor);
    if (part.status.ok()) part.status = visitor.status();
  });
  for (const Part& part : parts) {
    run.join(*part.run);
    RETURN_IF_ERROR(part.status);
  }
  return {};
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
  odd_name_texts_.clear();
  const base::Symbol name_symbol = base::symbols::find(base::kMetricName);
  base::Symbol last_name = 0;
  for (uint32_t row = 0; row < input_schema_->rows(); ++row) {
    const base::Labels& labels = input_schema_->labels[row];
    const base::Symbol symbol = labels.value_of(name_symbol);
    if (symbol == 0) continue;
    const std::string_view name = base::symbols::view(symbol);
    if (spec_.type_and_unit) {
      const std::string_view type = labels.get("__type__");
      if (type == "counter" || type == "histogram") continue;
      add_odd_name(row,
                   "metric might not be a counter, __type__ label is not set to "
                   "\"counter\" or \"histogram\", got " +
                       base::go_quote(type) + ": " + base::go_quote(name));
      continue;
    }
    const bool is_counter = std::any_of(kCounterEndings.begin(), kCounterEndings.end(),
                                        [name](std::string_view e) { return name.ends_with(e); });
    if (is_counter) continue;
    // Rows of one metric stand together, and have one text.
    if (symbol == last_name) {
      odd_names_.emplace_back(row, odd_names_.back().second);
      continue;
    }
    last_name = symbol;
    add_odd_name(row,
                 "metric might not be a counter, name does not end in "
                 "_total/_sum/_count/_bucket: " +
                     base::go_quote(name));
  }
}

void RangeCall::add_odd_name(uint32_t row, std::string text) {
  if (odd_name_texts_.empty() || odd_name_texts_.back() != text) {
    odd_name_texts_.push_back(std::move(text));
  }
  odd_names_.emplace_back(row, static_cast<uint32_t>(odd_name_texts_.size() - 1));
}

void RangeCall::annotate_odd_names(const Frame& values, Run& run) const {
  uint32_t done = UINT32_MAX;
  for (const auto& [row, text] : odd_names_) {
    if (text == done) continue;
    for (size_t step = 0; step < values.steps; ++step) {
      if (!values.has(step, row) || values.is_histogram(step, row)) continue;
      run.inform(odd_name_texts_[text], spec_.range_pos);
      done = text;
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
