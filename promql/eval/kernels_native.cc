#include "promql/eval/kernels_native.h"

#include <algorithm>
#include <cmath>

#include "promql/eval/histogram_compare.h"
#include "promql/eval/histogram_total.h"
#include "promql/eval/kernels_rate.h"

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

/// Adds what a counter had before each of its resets. False when one does not fit.
bool add_resets(FloatHistogram& sum, const FloatHistogram* previous,
                std::span<const HistogramPtr> later, HistogramNotes& notes) {
  for (const HistogramPtr& h : later) {
    if (detect_reset(*h, *previous)) {
      const HistogramJoin join = add(sum, *previous);
      if (join.incompatible) return false;
      notes.add_if(join.bounds_reconciled, HistogramNote::kReconciledAddition);
    }
    previous = h.get();
  }
  return true;
}

HistogramPtr finish_gauge(FloatHistogram h) {
  h.counter_reset_hint = base::CounterResetHint::kGauge;
  compact(h);
  return std::make_shared<const FloatHistogram>(std::move(h));
}

template <Kind kKind>
HistogramPtr over_window(const HistogramWindow& w, HistogramNotes& notes) {
  constexpr bool kCounter = kKind != Kind::kDelta;
  const size_t n = w.h.size();
  const FloatHistogram& last = *w.h[n - 1];
  const FloatHistogram* first = w.h[0].get();
  FloatHistogram blank;
  if (kCounter) {
    notes.add_if(is_gauge(*first) || is_gauge(last), HistogramNote::kNotCounter);
    if (detect_reset(*w.h[1], *first)) {
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
    if (!add_resets(raw, first, w.h.subspan(1), notes)) return misfit(notes);
  } else {
    notes.add_if(!is_gauge(*first) || !is_gauge(last), HistogramNote::kNotGauge);
  }
  const double factor = extrapolation_factor(
      w.t[0], w.t[n - 1], n, w.times, {kCounter, kKind == Kind::kRate, w.h[0]->count, raw.count});
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
  if (!kCounter || !detect_reset(last, before)) {
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

/// Calls fn(previous, current) for each two neighbours; counts those it is true for.
template <class Floats, class Histograms>
double count_pairs(const MixedWindow& w, Floats&& floats, Histograms&& histograms) {
  size_t count = 0;
  for (size_t i = 1; i < w.h.size(); ++i) {
    const FloatHistogram* before = w.h[i - 1].get();
    const FloatHistogram* now = w.h[i].get();
    if ((before == nullptr) != (now == nullptr)) {
      ++count;
    } else if (now != nullptr ? histograms(*before, *now) : floats(w.v[i - 1], w.v[i])) {
      ++count;
    }
  }
  return static_cast<double>(count);
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
  out = count_pairs(
      w, [](double a, double b) { return a != b && !(std::isnan(a) && std::isnan(b)); },
      [](const FloatHistogram& a, const FloatHistogram& b) { return !same_histogram(a, b); });
  return true;
}

bool resets_mixed(const MixedWindow& w, double& out) {
  out = count_pairs(
      w, [](double a, double b) { return b < a; },
      [](const FloatHistogram& a, const FloatHistogram& b) { return detect_reset(b, a); });
  return true;
}

}  // namespace tocsin::promql
