#include "promql/eval/kernels_native.h"

#include <algorithm>
#include <cmath>

#include "promql/eval/histogram_compare.h"
#include "promql/eval/histogram_total.h"
#include "promql/eval/kernels_rate.h"
#include "promql/eval/kernels_started.h"

namespace tocsin::promql {
namespace {

using base::FloatHistogram;
using base::HistogramPtr;

enum class Kind : uint8_t { kRate, kIncrease, kDelta };

bool is_gauge(const FloatHistogram& h) {
  return h.counter_reset_hint == base::CounterResetHint::kGauge;
}

/// Only mixed schemas are worth a word then.
HistogramPtr misfit(HistogramNotes& notes) {
  notes = {};
  notes.add(HistogramNote::kMixedSchemas);
  return nullptr;
}

/// Empty, in the layout of `h`: stands for a first sample that a reset makes void.
FloatHistogram blank_like(const FloatHistogram& h) {
  FloatHistogram blank;
  blank.schema = h.schema;
  blank.custom_values = h.custom_values;
  return blank;
}

/// Looks at the histograms between the first and the last of a counter: the lowest schema of all,
/// or nothing when one does not fit.
std::optional<int32_t> lowest_schema(std::span<const HistogramPtr> between, bool custom,
                                     int32_t lowest, HistogramNotes& notes) {
  for (const HistogramPtr& h : between) {
    notes.add_if(is_gauge(*h), HistogramNote::kNotCounter);
    lowest = std::min(lowest, h->schema);
    if (h->uses_custom_buckets() != custom) return std::nullopt;
  }
  return lowest;
}

/// What `other` adds to a counter. False when it does not fit.
bool add_noting(FloatHistogram& sum, const FloatHistogram& other, HistogramNotes& notes) {
  const HistogramJoin join = add(sum, other);
  notes.add_if(join.bounds_reconciled, HistogramNote::kReconciledAddition);
  return !join.incompatible;
}

/// Whether sample `i` of a counter does not continue `previous`, which is the one before it.
bool was_reset(const HistogramWindow& w, size_t i, const FloatHistogram& previous) {
  return (!w.starts.empty() && began_anew(w.t, w.starts, i)) || detect_reset(*w.h[i], previous);
}

/// Adds what a counter had before each of its resets; `first` stands for the first sample. False
/// when one does not fit.
bool add_resets(FloatHistogram& sum, const FloatHistogram& first, const HistogramWindow& w,
                HistogramNotes& notes) {
  const FloatHistogram* previous = &first;
  for (size_t i = 1; i < w.h.size(); ++i) {
    if (was_reset(w, i, *previous) && !add_noting(sum, *previous, notes)) return false;
    previous = w.h[i].get();
  }
  notes.add_if(!w.starts.empty() && any_overlap(w.t, w.starts), HistogramNote::kOverlappingStarts);
  return true;
}

bool began_inside(const HistogramWindow& w) {
  return !w.starts.empty() && began_inside(w.times, w.t[0], w.starts[0]);
}

HistogramPtr finish_gauge(FloatHistogram h) {
  h.counter_reset_hint = base::CounterResetHint::kGauge;
  compact(h);
  return std::make_shared<const FloatHistogram>(std::move(h));
}

/// A single sample, whose counting began within the window. Its hint stays as it is, as upstream.
HistogramPtr since_start(const HistogramWindow& w, bool per_second) {
  auto result = std::make_shared<FloatHistogram>(*w.h[0]);
  multiply(*result, factor_since_start(w.t, w.starts[0], w.times, per_second));
  return result;
}

/// The increase over the samples of a counter that began to count within the window, and the
/// first of them.
HistogramPtr with_first(FloatHistogram increase, const HistogramWindow& w, bool per_second,
                        HistogramNotes& notes) {
  increase.counter_reset_hint = base::CounterResetHint::kGauge;
  compact(increase);
  if (!add_noting(increase, *w.h[0], notes)) {
    notes.add(HistogramNote::kMixedSchemas);
    return nullptr;
  }
  multiply(increase, factor_since_start(w.t, w.starts[0], w.times, per_second));
  return std::make_shared<const FloatHistogram>(std::move(increase));
}

template <Kind kKind>
HistogramPtr over_window(const HistogramWindow& w, HistogramNotes& notes) {
  constexpr bool kCounter = kKind != Kind::kDelta;
  constexpr bool kPerSecond = kKind == Kind::kRate;
  const size_t n = w.h.size();
  const bool has_start = kCounter && began_inside(w);
  if (n < 2) return has_start ? since_start(w, kPerSecond) : nullptr;
  const FloatHistogram& last = *w.h[n - 1];
  const FloatHistogram* first = w.h[0].get();
  FloatHistogram blank;
  if (kCounter) {
    notes.add_if(is_gauge(*first) || is_gauge(last), HistogramNote::kNotCounter);
    if (was_reset(w, 1, *first)) {
      blank = blank_like(*w.h[1]);
      first = &blank;
    }
  }
  const bool custom = first->uses_custom_buckets();
  if (last.uses_custom_buckets() != custom) {
    notes.add(HistogramNote::kMixedSchemas);
    return nullptr;
  }
  std::optional<int32_t> schema = std::min(last.schema, first->schema);
  if (kCounter) schema = lowest_schema(w.h.subspan(1, n - 2), custom, *schema, notes);
  if (!schema) return misfit(notes);
  FloatHistogram raw = last;
  reduce_resolution(raw, *schema);
  const HistogramJoin join = subtract(raw, *first);
  if (join.incompatible) return misfit(notes);
  notes.add_if(join.bounds_reconciled, HistogramNote::kReconciledSubtraction);
  if (kCounter) {
    if (!add_resets(raw, *first, w, notes)) return misfit(notes);
  } else {
    notes.add_if(!is_gauge(*first) || !is_gauge(last), HistogramNote::kNotGauge);
  }
  if (has_start) return with_first(std::move(raw), w, kPerSecond, notes);
  const double factor = extrapolation_factor(w.t[0], w.t[n - 1], n, w.times,
                                             {kCounter, kPerSecond, w.h[0]->count, raw.count});
  multiply(raw, factor);
  return finish_gauge(std::move(raw));
}

template <bool kCounter>
HistogramPtr of_last_two(const HistogramWindow& w, HistogramNotes& notes) {
  const size_t n = w.h.size();
  const FloatHistogram& last = *w.h[n - 1];
  const FloatHistogram& before = *w.h[n - 2];
  if (w.t[n - 1] == w.t[n - 2]) return nullptr;
  notes.add_if(kCounter && (is_gauge(last) || is_gauge(before)), HistogramNote::kNotCounter);
  notes.add_if(!kCounter && (!is_gauge(last) || !is_gauge(before)), HistogramNote::kNotGauge);
  FloatHistogram raw = last;
  if (!kCounter || !was_reset(w, n - 1, before)) {
    const HistogramJoin join = subtract(raw, before);
    notes.add_if(join.incompatible, HistogramNote::kMixedSchemas);
    if (join.incompatible) return nullptr;
    notes.add_if(join.bounds_reconciled, HistogramNote::kReconciledSubtraction);
  }
  if (kCounter) divide(raw, static_cast<double>(w.t[n - 1] - w.t[n - 2]) / 1000);
  return finish_gauge(std::move(raw));
}

HistogramPtr total_of(HistogramTotal total, HistogramNotes& notes) {
  return total.h == nullptr ? misfit(notes) : std::move(total.h);
}

/// Whether sample `i` of a mixed window is another than the one before it.
bool differs(const MixedWindow& w, size_t i) {
  const FloatHistogram* before = w.h[i - 1].get();
  const FloatHistogram* now = w.h[i].get();
  if ((before == nullptr) != (now == nullptr)) return true;
  if (now != nullptr) return !same_histogram(*before, *now);
  return w.v[i - 1] != w.v[i] && !(std::isnan(w.v[i - 1]) && std::isnan(w.v[i]));
}

/// Whether it does not continue the one before it.
bool was_reset(const MixedWindow& w, size_t i) {
  const FloatHistogram* before = w.h[i - 1].get();
  const FloatHistogram* now = w.h[i].get();
  if ((before == nullptr) != (now == nullptr)) return true;
  if (!w.starts.empty() && began_anew(w.t, w.starts, i)) return true;
  return now != nullptr ? detect_reset(*now, *before) : w.v[i] < w.v[i - 1];
}

}  // namespace

HistogramPtr rate_histogram(const HistogramWindow& w, HistogramNotes& notes) {
  return over_window<Kind::kRate>(w, notes);
}
HistogramPtr increase_histogram(const HistogramWindow& w, HistogramNotes& notes) {
  return over_window<Kind::kIncrease>(w, notes);
}
HistogramPtr delta_histogram(const HistogramWindow& w, HistogramNotes& notes) {
  return over_window<Kind::kDelta>(w, notes);
}
HistogramPtr irate_histogram(const HistogramWindow& w, HistogramNotes& notes) {
  return of_last_two<true>(w, notes);
}
HistogramPtr idelta_histogram(const HistogramWindow& w, HistogramNotes& notes) {
  return of_last_two<false>(w, notes);
}
HistogramPtr sum_histogram(const HistogramWindow& w, HistogramNotes& notes) {
  return total_of(sum_histograms(w.h, notes), notes);
}
HistogramPtr avg_histogram(const HistogramWindow& w, HistogramNotes& notes) {
  return total_of(average_histograms(w.h, notes), notes);
}

bool changes_mixed(const MixedWindow& w, double& out) {
  size_t count = 0;
  for (size_t i = 1; i < w.h.size(); ++i) count += differs(w, i) ? 1 : 0;
  out = static_cast<double>(count);
  return true;
}

bool resets_mixed(const MixedWindow& w, double& out) {
  size_t count = 0;
  for (size_t i = 1; i < w.h.size(); ++i) count += was_reset(w, i) ? 1 : 0;
  out = static_cast<double>(count);
  return true;
}

}  // namespace tocsin::promql
