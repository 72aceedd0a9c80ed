#include "promql/eval/count_values.h"

#include <unordered_map>
#include <vector>

#include "engine/base/number.h"
#include "promql/eval/histogram_text.h"

namespace tocsin::promql {

base::Status CountValues::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  const Frame& input = child_->frame();
  const RowSchema& rows = *child_->schema();
  auto schema = make_schema(run.ids());
  std::unordered_map<base::Labels, uint32_t, base::LabelsHash> row_of;
  std::vector<std::vector<double>> counts;  // By result row, then step.
  bool any_dropped = false;
  for (size_t step = 0; step < grid.steps; ++step) {
    for (const uint32_t row : rows.label_order()) {
      if (!input.has(step, row)) continue;
      const std::string value =
          input.is_histogram(step, row)
              ? histogram_value_text(*input.histograms[step * input.rows + row])
              : base::format_fixed(input.at(step, row));
      base::Labels key = grouping_.of(rows.labels[row].with(label_, value));
      const auto [entry, fresh] = row_of.try_emplace(key, static_cast<uint32_t>(counts.size()));
      if (fresh) {
        schema->labels.push_back(std::move(key));
        schema->drop_name.push_back(0);
        counts.emplace_back(grid.steps, 0.0);
      }
      counts[entry->second][step] += 1;
      if (rows.drops_name(row)) schema->drop_name[entry->second] = 1;
      any_dropped = any_dropped || rows.drops_name(row);
    }
    RETURN_IF_ERROR(run.check_sometimes());
  }
  if (!any_dropped) schema->drop_name.clear();
  const bool unchanged = schema_ != nullptr && schema_->labels == schema->labels &&
                         schema_->drop_name == schema->drop_name;
  if (!unchanged) schema_ = std::move(schema);
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  for (size_t step = 0; step < grid.steps; ++step) {
    for (size_t row = 0; row < counts.size(); ++row) {
      if (counts[row][step] > 0) frame().put(step, row, counts[row][step]);
    }
  }
  return {};
}

}  // namespace tocsin::promql
