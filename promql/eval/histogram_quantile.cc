#include "promql/eval/histogram_quantile.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <unordered_map>

#include "engine/base/number.h"
#include "promql/eval/quantile.h"

namespace tocsin::promql {
namespace {

constexpr std::string_view kBucketLabel = "le";

/// Go's %.2g.
std::string two_digits(double v) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2g", v);
  return text.data();
}

}  // namespace

base::Status HistogramQuantile::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(quantile_->eval(grid, run));
  RETURN_IF_ERROR(child_->eval(grid, run));
  if (child_->frame().has_histograms()) {
    return histogram_refused(run, "histogram_quantile", spec_.vector_pos);
  }
  bind_rows(run);
  mended_.clear();
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  const bool merges = !projection_.is_identity();
  if (merges) unmerged_.reset(histograms_->rows(), grid.steps);
  Frame& out = merges ? unmerged_ : frame();
  for (size_t step = 0; step < grid.steps; ++step) evaluate_step(step, grid.at(step), out, run);
  annotate_mended(run);
  return merges ? projection_.apply(unmerged_, frame()) : base::Status();
}

void HistogramQuantile::bind_rows(Run& run) {
  if (child_schema_ == child_->schema()) return;
  child_schema_ = child_->schema();
  auto histograms = make_schema(run.ids());
  std::unordered_map<base::Labels, uint32_t, base::LabelsHash> histogram_of;
  std::vector<std::vector<Place>> places;
  bad_rows_.clear();
  for (uint32_t row = 0; row < child_schema_->rows(); ++row) {
    const base::Labels& labels = child_schema_->labels[row];
    const auto bound = base::parse_float(labels.get(kBucketLabel));
    if (!bound) {
      bad_rows_.push_back(row);
      continue;
    }
    base::Labels key = labels.with(kBucketLabel, "");
    const auto [entry, fresh] = histogram_of.try_emplace(key, static_cast<uint32_t>(places.size()));
    if (fresh) {
      histograms->labels.push_back(std::move(key));
      places.emplace_back();
    }
    places[entry->second].push_back({row, *bound});
  }
  begin_.assign(1, 0);
  places_.clear();
  for (auto& of_histogram : places) {
    std::stable_sort(of_histogram.begin(), of_histogram.end(),
                     [](const Place& a, const Place& b) { return a.bound < b.bound; });
    places_.insert(places_.end(), of_histogram.begin(), of_histogram.end());
    begin_.push_back(places_.size());
  }
  histograms_ = std::move(histograms);
  bind_dropped_names(projection_, histograms_, run.ids(), spec_.delayed_names);
  schema_ = projection_.schema();
}

void HistogramQuantile::evaluate_step(size_t step, base::TimestampMs t, Frame& out, Run& run) {
  const Frame& input = child_->frame();
  const double q = scalar_at(*quantile_, step);
  if (is_bad_quantile(q)) run.warn(quantile_warning(q), spec_.quantile_pos);
  for (const uint32_t row : bad_rows_) {
    if (input.has(step, row)) warn_bad_bucket(row, run);
  }
  for (size_t histogram = 0; histogram + 1 < begin_.size(); ++histogram) {
    buckets_.clear();
    for (size_t i = begin_[histogram]; i < begin_[histogram + 1]; ++i) {
      const Place& place = places_[i];
      if (input.has(step, place.row)) buckets_.push_back({place.bound, input.at(step, place.row)});
    }
    if (buckets_.empty()) continue;
    ForcedMonotonicity forced;
    out.put(step, histogram, bucket_quantile(q, buckets_, forced));
    if (forced.forced) note_mended(forced, histogram, t);
  }
}

void HistogramQuantile::warn_bad_bucket(uint32_t row, Run& run) const {
  const base::Labels& labels = child_schema_->labels[row];
  run.warn("bucket label \"le\" is missing or has a malformed value of " +
               base::go_quote(labels.get(kBucketLabel)) + name_suffix(labels),
           spec_.vector_pos);
}

std::string HistogramQuantile::name_suffix(const base::Labels& labels) const {
  const std::string_view name = labels.metric_name();
  if (!spec_.delayed_names || name.empty()) return {};
  return " for metric name " + base::go_quote(name);
}

void HistogramQuantile::note_mended(const ForcedMonotonicity& forced, size_t histogram,
                                    base::TimestampMs t) {
  const auto [entry, fresh] =
      mended_.try_emplace(name_suffix(histograms_->labels[histogram]), Mended{forced, 1, t, t});
  if (fresh) return;
  Mended& all = entry->second;
  all.worst.bound_min = std::min(all.worst.bound_min, forced.bound_min);
  all.worst.bound_max = std::max(all.worst.bound_max, forced.bound_max);
  all.worst.diff_max = std::max(all.worst.diff_max, forced.diff_max);
  all.samples += 1;
  all.first = std::min(all.first, t);
  all.last = std::max(all.last, t);
}

void HistogramQuantile::annotate_mended(Run& run) {
  for (const auto& [suffix, all] : mended_) {
    run.inform(
        "input to histogram_quantile needed to be fixed for monotonicity (see "
        "https://prometheus.io/docs/prometheus/latest/querying/functions/"
        "#histogram_quantile)" +
            suffix + ", from buckets " + base::format_general(all.worst.bound_min) + " to " +
            base::format_general(all.worst.bound_max) + ", with a max diff of " +
            two_digits(all.worst.diff_max) + ", over " + std::to_string(all.samples) +
            " samples from " + base::format_rfc3339(all.first) + " to " +
            base::format_rfc3339(all.last),
        spec_.vector_pos);
  }
}

}  // namespace tocsin::promql
