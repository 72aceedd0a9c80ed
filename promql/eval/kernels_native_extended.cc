#include "promql/eval/kernels_native_extended.h"

#include <algorithm>
#include <utility>

#include "promql/eval/histogram_arithmetic.h"
#include "promql/eval/histogram_compare.h"

namespace tocsin::promql {
namespace {

using base::FloatHistogram;
using base::HistogramPtr;

bool is_gauge(const FloatHistogram& h) {
  return h.counter_reset_hint == base::CounterResetHint::kGauge;
}

bool add_noting(FloatHistogram& h, const FloatHistogram& other, HistogramNotes& notes) {
  const HistogramJoin join = add(h, other);
  notes.add_if(join.incompatible, HistogramNote::kMixedSchemas);
  notes.add_if(join.bounds_reconciled, HistogramNote::kReconciledAddition);
  return !join.incompatible;
}

bool subtract_noting(FloatHistogram& h, const FloatHistogram& other, HistogramNotes& notes) {
  const HistogramJoin join = subtract(h, other);
  notes.add_if(join.incompatible, HistogramNote::kMixedSchemas);
  notes.add_if(join.bounds_reconciled, HistogramNote::kReconciledSubtraction);
  return !join.incompatible;
}

/// A window between its boundary samples.
struct Stretch {
  const HistogramWindow& w;
  size_t first = 0;
  size_t last = 0;
  bool smoothed = false;
  bool counter = false;

  HistogramSample sample(size_t i) const { return {w.t[i], w.h[i].get()}; }
  bool starts_before() const { return smoothed && w.t[first] < w.times.start; }
  bool ends_after() const { return smoothed && last > 0 && w.t[last] > w.times.end; }
};

/// False when no sample is in the range, or between it and the next.
bool find_boundaries(Stretch& s) {
  const auto& t = s.w.t;
  s.last = t.size() - 1;
  const auto until_last = t.first(s.last);
  const auto after_start = std::ranges::upper_bound(until_last, s.w.times.start);
  s.first = static_cast<size_t>(after_start - until_last.begin());
  if (s.first > 0) --s.first;
  if (s.smoothed) {
    s.last = static_cast<size_t>(std::ranges::lower_bound(until_last, s.w.times.end) -
                                 until_last.begin());
  }
  return t[s.last] > s.w.times.start && !(s.smoothed && t[s.first] > s.w.times.end);
}

bool fit_together(const Stretch& s, HistogramNotes& notes) {
  for (size_t i = s.first; i <= s.last; ++i) {
    if (s.w.h[i]->uses_custom_buckets() != s.w.h[s.first]->uses_custom_buckets()) {
      notes.add(HistogramNote::kMixedSchemas);
      return false;
    }
    notes.add_if(s.counter && is_gauge(*s.w.h[i]), HistogramNote::kNotCounter);
  }
  return true;
}

std::optional<FloatHistogram> left_end(const Stretch& s, HistogramNotes& notes) {
  if (!s.starts_before()) return *s.w.h[s.first];
  return interpolate(s.sample(s.first), s.sample(s.first + 1), s.w.times.start, s.counter, notes);
}

std::optional<FloatHistogram> right_end(const Stretch& s, HistogramNotes& notes) {
  if (!s.ends_after()) return *s.w.h[s.last];
  return interpolate(s.sample(s.last - 1), s.sample(s.last), s.w.times.end, s.counter, notes);
}

/// Adds to `sum` what a counter had before each reset between the ends.
bool add_lost(const Stretch& s, const FloatHistogram& left, const FloatHistogram& right,
              FloatHistogram& sum, HistogramNotes& notes) {
  const auto& h = s.w.h;
  size_t next = s.first + 1;
  const FloatHistogram* before = &left;
  if (s.starts_before() && detect_reset(*h[next], *h[s.first])) {
    // The interpolation has taken this reset into account.
    before = h[next++].get();
  }
  if (next > s.last) return true;
  // The last sample is left to `right`, which has its hint: it must not meet itself.
  std::optional<FloatHistogram> lost;
  const auto add_if_reset = [&](const FloatHistogram& now) {
    if (!detect_reset(now, *before)) return true;
    if (lost) return add_noting(*lost, *before, notes);
    lost = *before;
    return true;
  };
  for (; next < s.last; ++next) {
    if (!add_if_reset(*h[next])) return false;
    before = h[next].get();
  }
  return add_if_reset(right) && (!lost || add_noting(sum, *lost, notes));
}

/// The window from its anchor on; nothing when no sample is in the range.
std::optional<MixedWindow> from_anchor(const MixedWindow& w) {
  const auto after_start = std::ranges::upper_bound(w.t, w.times.start);
  if (after_start == w.t.end()) return std::nullopt;
  const auto skipped = static_cast<size_t>(after_start - w.t.begin());
  const size_t first = skipped > 0 ? skipped - 1 : 0;
  MixedWindow result{w.t.subspan(first), w.v.subspan(first), w.h.subspan(first), w.times};
  if (!w.starts.empty()) result.starts = w.starts.subspan(first);
  return result;
}

}  // namespace

template <bool kSmoothed, ChangeKind kKind>
HistogramPtr change_histogram(const HistogramWindow& w, HistogramNotes& notes) {
  Stretch s{w, 0, 0, kSmoothed, kKind != ChangeKind::kDelta};
  if (!find_boundaries(s) || !fit_together(s, notes)) return nullptr;
  const auto left = left_end(s, notes);
  if (!left) return nullptr;
  const auto right = right_end(s, notes);
  if (!right) return nullptr;
  notes.add_if(!s.counter && (!is_gauge(*left) || !is_gauge(*right)), HistogramNote::kNotGauge);
  FloatHistogram result = *right;
  if (!subtract_noting(result, *left, notes)) return nullptr;
  if (s.counter && !add_lost(s, *left, *right, result, notes)) return nullptr;
  if (kKind == ChangeKind::kRate) divide(result, w.times.range_seconds);
  result.counter_reset_hint = base::CounterResetHint::kGauge;
  compact(result);
  return std::make_shared<const FloatHistogram>(std::move(result));
}

template HistogramPtr change_histogram<false, ChangeKind::kDelta>(const HistogramWindow&,
                                                                  HistogramNotes&);
template HistogramPtr change_histogram<false, ChangeKind::kIncrease>(const HistogramWindow&,
                                                                     HistogramNotes&);
template HistogramPtr change_histogram<false, ChangeKind::kRate>(const HistogramWindow&,
                                                                 HistogramNotes&);
template HistogramPtr change_histogram<true, ChangeKind::kDelta>(const HistogramWindow&,
                                                                 HistogramNotes&);
template HistogramPtr change_histogram<true, ChangeKind::kIncrease>(const HistogramWindow&,
                                                                    HistogramNotes&);
template HistogramPtr change_histogram<true, ChangeKind::kRate>(const HistogramWindow&,
                                                                HistogramNotes&);

bool changes_anchored(const MixedWindow& w, double& out) {
  const auto anchored = from_anchor(w);
  return anchored && changes_mixed(*anchored, out);
}

bool resets_anchored(const MixedWindow& w, double& out) {
  const auto anchored = from_anchor(w);
  return anchored && resets_mixed(*anchored, out);
}

std::optional<FloatHistogram> interpolate(const HistogramSample& before,
                                          const HistogramSample& after, base::TimestampMs t,
                                          bool is_counter, HistogramNotes& notes) {
  if (t == before.t) return *before.h;
  FloatHistogram result = *after.h;
  if (t == after.t) return result;
  const double fraction =
      static_cast<double>(t - before.t) / static_cast<double>(after.t - before.t);
  const bool was_reset = is_counter && detect_reset(*after.h, *before.h);
  if (!was_reset && !subtract_noting(result, *before.h, notes)) return std::nullopt;
  multiply(result, fraction);
  if (!was_reset && !add_noting(result, *before.h, notes)) return std::nullopt;
  return result;
}

}  // namespace tocsin::promql
