#include "promql/eval/histogram_quantile.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "engine/base/number.h"
#include "promql/eval/histogram_statistics.h"
#include "promql/eval/quantile.h"

namespace tocsin::promql {
namespace {

/// Go's %.2g.
std::string two_digits(double v) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2g", v);
  return text.data();
}

bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

std::string number_label(double q) {
  std::string text;
  base::append_openmetrics(text, q);
  return text;
}

}  // namespace

base::Status HistogramQuantile::evaluate(const Grid& grid, Run& run) {
  for (const Quantile& quantile : quantiles_) RETURN_IF_ERROR(quantile.q->eval(grid, run));
  RETURN_IF_ERROR(child_->eval(grid, run));
  groups_.bind(child_->schema(), child_->frame(), run);
  bind_rows(grid, run);
  mended_.clear();
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  const bool merges = !projection_.is_identity();
  if (merges) unmerged_.reset(rows_->rows(), grid.steps);
  Frame& out = merges ? unmerged_ : frame();
  for (size_t step = 0; step < grid.steps; ++step) {
    RETURN_IF_ERROR(run.check_sometimes());
    RETURN_IF_ERROR(evaluate_step(step, grid.at(step), out, run));
  }
  annotate_mended(run);
  return merges ? projection_.apply(unmerged_, frame()) : base::Status();
}

void HistogramQuantile::bind_rows(const Grid& grid, Run& run) {
  bool same = histograms_ == groups_.schema();
  histograms_ = groups_.schema();
  if (label_.empty()) {
    rows_ = histograms_;
  } else {
    std::vector<double> numbers;
    for (const Quantile& quantile : quantiles_) {
      for (size_t step = 0; step < grid.steps; ++step) {
        const double q = scalar_at(*quantile.q, step);
        const auto known = [q](double number) { return same_number(q, number); };
        if (std::ranges::none_of(numbers, known)) numbers.push_back(q);
      }
    }
    same = same && std::equal(numbers.begin(), numbers.end(), numbers_.begin(), numbers_.end(),
                              same_number);
    numbers_ = std::move(numbers);
    if (!same) {
      auto rows = make_schema(run.ids());
      for (const double number : numbers_) {
        const std::string text = number_label(number);
        for (const base::Labels& labels : histograms_->labels) {
          rows->labels.push_back(labels.with(label_, text));
        }
      }
      rows_ = std::move(rows);
    }
  }
  bind_dropped_names(projection_, rows_, run.ids(), delayed_names_);
  schema_ = projection_.schema();
}

size_t HistogramQuantile::place_of(double q) const {
  const auto at =
      std::ranges::find_if(numbers_, [q](double number) { return same_number(q, number); });
  return static_cast<size_t>(at - numbers_.begin());
}

base::Status HistogramQuantile::evaluate_step(size_t step, base::TimestampMs t, Frame& out,
                                              Run& run) {
  const Frame& input = child_->frame();
  for (const Quantile& quantile : quantiles_) {
    const double q = scalar_at(*quantile.q, step);
    if (is_bad_quantile(q)) run.warn(quantile_warning(q), quantile.pos);
  }
  groups_.warn_of_bad_buckets(input, step, run);
  for (size_t i = 0; i < groups_.size(); ++i) {
    const FoundHistogram found = groups_.find(input, step, i, run);
    for (const Quantile& quantile : quantiles_) {
      const double q = scalar_at(*quantile.q, step);
      double value = 0;
      if (!quantile_of_histogram(q, i, found, t, run, value)) continue;
      const size_t row = label_.empty() ? i : place_of(q) * groups_.size() + i;
      if (out.has(step, row)) return same_labelset();
      out.put(step, row, value);
    }
  }
  return {};
}

bool HistogramQuantile::quantile_of_histogram(double q, size_t histogram,
                                              const FoundHistogram& found, base::TimestampMs t,
                                              Run& run, double& value) {
  if (found.native == nullptr) {
    if (found.buckets.empty()) return false;
    ForcedMonotonicity forced;
    value = bucket_quantile(q, found.buckets, forced);
    if (forced.forced) note_mended(forced, histogram, t);
    return true;
  }
  const NativeResult result = native_quantile(q, *found.native, room_);
  value = result.value;
  if (result.nan != NanEffect::kNone) {
    const bool is_nan = result.nan == NanEffect::kResultNan;
    run.inform(std::string("input to histogram_quantile has NaN observations, result is ") +
                   (is_nan ? "NaN" : "skewed higher") + groups_.name_suffix(histogram),
               groups_.vector_pos());
  }
  return true;
}

void HistogramQuantile::note_mended(const ForcedMonotonicity& forced, size_t histogram,
                                    base::TimestampMs t) {
  const auto [entry, fresh] =
      mended_.try_emplace(groups_.name_suffix(histogram), Mended{forced, 1, t, t});
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
        groups_.vector_pos());
  }
}

}  // namespace tocsin::promql
