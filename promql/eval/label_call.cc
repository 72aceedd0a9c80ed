#include "promql/eval/label_call.h"

#include <algorithm>
#include <memory>

#include "promql/eval/dropped_labels.h"

namespace tocsin::promql {
namespace {

/// Keeps symbols alive.
class HeldSymbols {
 public:
  HeldSymbols() = default;
  ~HeldSymbols() {
    for (const base::Symbol symbol : symbols_) base::symbols::release(symbol);
  }
  HeldSymbols(const HeldSymbols&) = delete;
  HeldSymbols& operator=(const HeldSymbols&) = delete;

  base::Symbol hold(std::string_view text) {
    symbols_.push_back(base::symbols::acquire(text));
    return symbols_.back();
  }

 private:
  std::vector<base::Symbol> symbols_;
};

}  // namespace

Relabel label_replace(std::string destination, std::string replacement, std::string source,
                      base::Regex regex) {
  auto compute = [source, replacement = std::move(replacement), regex = std::move(regex)](
                     const base::Labels& labels, std::string& value) {
    value.clear();
    return regex.expand(labels.get(source), replacement, value);
  };
  return {std::move(destination), {std::move(source)}, std::move(compute)};
}

Relabel label_join(std::string destination, std::string separator,
                   std::vector<std::string> sources) {
  auto compute = [sources, separator = std::move(separator)](const base::Labels& labels,
                                                             std::string& value) {
    value.clear();
    for (size_t i = 0; i < sources.size(); ++i) {
      if (i > 0) value += separator;
      value += labels.get(sources[i]);
    }
    return true;
  };
  return {std::move(destination), std::move(sources), std::move(compute)};
}

base::Status LabelCall::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  bind_rows(run);
  if (!merges_) {
    take_over(*child_);
    return {};
  }
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  return projection_.apply(child_->frame(), frame());
}

void LabelCall::bind_rows(Run& run) {
  if (child_schema_ == child_->schema()) return;
  child_schema_ = child_->schema();
  merges_ = false;
  if (only_extends(*child_schema_)) {
    schema_ = extend(*child_schema_, run.ids());
    return;
  }
  projection_.bind(child_schema_, run.ids(), true,
                   [this](const RowSchema& rows, size_t row) { return project(rows, row); });
  schema_ = projection_.schema();
  merges_ = !projection_.is_identity();
}

bool LabelCall::only_extends(const RowSchema& rows) const {
  const std::string& name = relabel_.destination;
  if (is_dropped_label(name)) return false;
  // Names that rows lost are in the rows as stored.
  const auto& sources = relabel_.sources;
  const bool reads_name = std::ranges::find(sources, base::kMetricName) != sources.end();
  if (!rows.drop_name.empty() || (reads_name && rows.labels.is_nameless())) return false;
  return std::ranges::none_of(rows.labels.stored(),
                              [&name](const base::Labels& labels) { return labels.has(name); });
}

RowSchemaPtr LabelCall::extend(const RowSchema& rows, SchemaIds& ids) const {
  auto held = std::make_shared<HeldSymbols>();
  RowLabels::Column column{held->hold(relabel_.destination), {}};
  std::string value;
  for (const base::Labels& labels : rows.labels.stored()) {
    const bool gets = relabel_.compute(labels, value) && !value.empty();
    column.values.push_back(gets ? held->hold(value) : 0);
  }
  auto schema = make_schema(ids);
  schema->labels = RowLabels::extended(
      {rows.labels.stored(), rows.labels.is_nameless(), {std::move(column)}, std::move(held)});
  return schema;
}

ProjectedRow LabelCall::project(const RowSchema& rows, size_t row) const {
  const base::Labels& labels = rows.labels[row];
  std::string value;
  if (!relabel_.compute(labels, value)) return {labels, rows.drops_name(row)};
  const bool names = relabel_.destination == base::kMetricName;
  return {labels.with(relabel_.destination, value), !names && rows.drops_name(row)};
}

base::Status DropMarkedNames::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  take_over(*child_);
  schema_ = child_->schema();
  if (schema_->drop_name.empty()) return {};
  projection_.bind(schema_, run.ids(), true, [](const RowSchema& rows, size_t row) {
    const base::Labels& labels = rows.labels[row];
    return ProjectedRow{rows.drops_name(row) ? labels.without_name() : labels, false};
  });
  schema_ = projection_.schema();
  if (projection_.is_identity()) return {};
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  return projection_.apply(child_->frame(), frame());
}

}  // namespace tocsin::promql
