#include "promql/eval/histogram_call.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "promql/eval/histogram_statistics.h"

namespace tocsin::promql {
namespace {

using base::FloatHistogram;
using Buckets = std::vector<NativeBucket>;

double count_of(const FloatHistogram& h, Buckets&) { return h.count; }
double sum_of(const FloatHistogram& h, Buckets&) { return h.sum; }
double average_of(const FloatHistogram& h, Buckets&) { return h.sum / h.count; }
double deviation_of(const FloatHistogram& h, Buckets& buckets) {
  return std::sqrt(native_variance(h, buckets));
}

constexpr std::array<std::pair<std::string_view, HistogramNumber>, 5> kNumbers = {{
    {"histogram_count", count_of},
    {"histogram_sum", sum_of},
    {"histogram_avg", average_of},
    {"histogram_stddev", deviation_of},
    {"histogram_stdvar", native_variance},
}};

}  // namespace

HistogramNumber find_histogram_number(std::string_view name) {
  for (const auto& [number_name, number] : kNumbers) {
    if (number_name == name) return number;
  }
  return nullptr;
}

base::Status HistogramCall::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  Frame& values = child_->frame();
  for (size_t step = 0; step < grid.steps; ++step) {
    for_each_bit(values.bits(step), [&](size_t row) {
      if (!values.is_histogram(step, row)) {
        values.clear(step, row);
        return;
      }
      values.values[step * values.rows + row] =
          number_(*values.histograms[step * values.rows + row], buckets_);
    });
  }
  values.histograms.clear();
  values.order.clear();
  bind_rows(run);
  if (projection_.is_identity()) {
    take_over(*child_);
    return {};
  }
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  return projection_.apply(values, frame());
}

/// Only the name goes: unlike elsewhere, type and unit stay.
void HistogramCall::bind_rows(Run& run) {
  if (delayed_names_) {
    bind_dropped_names(projection_, child_->schema(), run.ids(), true);
  } else {
    projection_.bind(child_->schema(), run.ids(), true, [](const RowSchema& rows, size_t row) {
      return ProjectedRow{rows.labels[row].with(base::kMetricName, ""), false};
    });
  }
  schema_ = projection_.schema();
}

}  // namespace tocsin::promql
