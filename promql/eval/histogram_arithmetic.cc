#include "promql/eval/histogram_arithmetic.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "promql/eval/histogram_bounds.h"
#include "promql/eval/histogram_cells.h"
#include "promql/eval/histogram_custom.h"
#include "promql/eval/histogram_zero.h"
#include "promql/eval/kahan.h"

namespace tocsin::promql {
namespace {

using base::CounterResetHint;
using base::FloatHistogram;

/// The other operand's side and how it goes into the first one's.
struct Addend {
  ConstSide side;
  int32_t steps = 0;      ///< Its schema is that much higher.
  double factor = 1;      ///< Or −1.
  double threshold = -1;  ///< Buckets up to here are in the zero bucket already.
  int32_t schema = 0;     ///< Of the result.
};

bool has_buckets_to_skip(const Addend& b) {
  if (b.side.spans.empty() || b.threshold <= 0) return false;
  return exponential_bound(coarser_index(b.side.spans.front().offset, b.steps), b.schema) <=
         b.threshold;
}

void add_cell(Cell& to, const Cell& cell, bool compensates) {
  if (!compensates) {
    to.count += cell.count;
    return;
  }
  kahan_add(cell.count, to.count, to.lost);
  if (cell.lost != 0) kahan_add(cell.lost, to.count, to.lost);
}

/// Cells of either, those of both added up.
Cells merge_cells(const Cells& a, const Cells& b, bool compensates) {
  Cells sum;
  sum.reserve(a.size() + b.size());
  size_t i = 0;
  for (const Cell& cell : b) {
    while (i < a.size() && a[i].index < cell.index) sum.push_back(a[i++]);
    if (i < a.size() && a[i].index == cell.index) {
      sum.push_back(a[i++]);
      add_cell(sum.back(), cell, compensates);
    } else {
      sum.push_back(cell);
    }
  }
  sum.insert(sum.end(), a.begin() + static_cast<ptrdiff_t>(i), a.end());
  return sum;
}

void add_side(const Side& a, const Addend& b) {
  const bool compensates = a.lost != nullptr;
  const bool same_layout = b.steps == 0 && a.spans == b.side.spans &&
                           a.buckets.size() == b.side.buckets.size() && !has_buckets_to_skip(b);
  if (same_layout) {
    for (size_t i = 0; i < a.buckets.size(); ++i) {
      const double count = b.factor * b.side.buckets[i];
      if (compensates) {
        kahan_add(count, a.buckets[i], (*a.lost)[i]);
      } else {
        a.buckets[i] += count;
      }
    }
    return;
  }
  // Merging buckets compensates, too, where the sum does.
  const std::vector<double> nothing_lost(compensates ? b.side.buckets.size() : 0);
  Cells cells =
      read_cells({b.side.spans, b.side.buckets, compensates ? &nothing_lost : nullptr}, b.steps);
  size_t skip = 0;
  while (b.threshold > 0 && skip < cells.size() &&
         exponential_bound(cells[skip].index, b.schema) <= b.threshold) {
    ++skip;
  }
  cells.erase(cells.begin(), cells.begin() + static_cast<ptrdiff_t>(skip));
  for (Cell& cell : cells) {
    cell.count *= b.factor;
    cell.lost *= b.factor;
  }
  write_cells(merge_cells(read_cells({a.spans, a.buckets, a.lost}), cells, compensates), a);
}

/// True when the hints contradict each other.
bool join_hints(CounterResetHint& hint, CounterResetHint other) {
  if (hint == other || hint == CounterResetHint::kGauge) return false;
  if (other == CounterResetHint::kGauge) {
    hint = other;
    return false;
  }
  const bool collide = hint != CounterResetHint::kUnknown && other != CounterResetHint::kUnknown;
  hint = CounterResetHint::kUnknown;
  return collide;
}

void reduce_side(const Side& side, int32_t steps) {
  write_cells(read_cells({side.spans, side.buckets, side.lost}, steps), side);
}

/// The sides of h, with what they lost when `c` is there.
Side positive_of(FloatHistogram& h, CompensatedHistogram* c) {
  return {h.positive_spans, h.positive_buckets, c == nullptr ? nullptr : &c->lost_positive};
}
Side negative_of(FloatHistogram& h, CompensatedHistogram* c) {
  return {h.negative_spans, h.negative_buckets, c == nullptr ? nullptr : &c->lost_negative};
}

void add_exponential(FloatHistogram& h, CompensatedHistogram* c, const FloatHistogram& other,
                     double factor) {
  const int32_t schema = std::min(h.schema, other.schema);
  if (h.schema > schema) {
    reduce_side(positive_of(h, c), h.schema - schema);
    reduce_side(negative_of(h, c), h.schema - schema);
    h.schema = schema;
  }
  const int32_t steps = other.schema - schema;
  add_side(
      positive_of(h, c),
      {{other.positive_spans, other.positive_buckets}, steps, factor, h.zero_threshold, schema});
  add_side(
      negative_of(h, c),
      {{other.negative_spans, other.negative_buckets}, steps, factor, h.zero_threshold, schema});
}

/// Returns whether bounds had to be reconciled.
bool add_custom(FloatHistogram& h, CompensatedHistogram* c, const FloatHistogram& other,
                double factor) {
  if (h.custom_values == other.custom_values) {
    add_side(positive_of(h, c), {{other.positive_spans, other.positive_buckets}, 0, factor});
    return false;
  }
  add_by_common_bounds(h, c == nullptr ? nullptr : &c->lost_positive, other, factor);
  return true;
}

HistogramJoin combine(FloatHistogram& h, const FloatHistogram& other, double factor) {
  HistogramJoin join;
  join.incompatible = h.uses_custom_buckets() != other.uses_custom_buckets();
  if (join.incompatible) return join;
  join.hints_collide = join_hints(h.counter_reset_hint, other.counter_reset_hint);
  if (!h.uses_custom_buckets()) {
    h.zero_count += factor * reconcile_zero_buckets(h, nullptr, other).count;
  }
  h.count += factor * other.count;
  h.sum += factor * other.sum;
  if (h.uses_custom_buckets()) {
    join.bounds_reconciled = add_custom(h, nullptr, other, factor);
  } else {
    add_exponential(h, nullptr, other, factor);
  }
  return join;
}

template <class Fn>
void change_each(FloatHistogram& h, Fn&& change) {
  change(h.zero_count);
  change(h.count);
  change(h.sum);
  for (double& bucket : h.positive_buckets) change(bucket);
  for (double& bucket : h.negative_buckets) change(bucket);
}

void compact_side(const Side& side) {
  const bool dense = std::ranges::all_of(side.buckets, [](double count) { return count != 0; });
  const bool few_spans = std::ranges::all_of(side.spans, [&](const base::HistogramSpan& span) {
    return span.length != 0 && (span.offset > 0 || &span == &side.spans.front());
  });
  if (dense && few_spans) return;
  Cells cells = read_cells({side.spans, side.buckets});
  drop_empty(cells);
  write_cells(cells, side);
}

}  // namespace

void multiply(FloatHistogram& h, double factor) {
  change_each(h, [factor](double& v) { v *= factor; });
  if (factor < 0) h.counter_reset_hint = CounterResetHint::kGauge;
}

void divide(FloatHistogram& h, double divisor) {
  change_each(h, [divisor](double& v) { v /= divisor; });
  if (divisor == 0) {
    h.positive_spans.clear();
    h.positive_buckets.clear();
    h.negative_spans.clear();
    h.negative_buckets.clear();
  }
  if (divisor < 0) h.counter_reset_hint = CounterResetHint::kGauge;
}

void compact(FloatHistogram& h) {
  compact_side({h.positive_spans, h.positive_buckets});
  compact_side({h.negative_spans, h.negative_buckets});
}

void reduce_resolution(FloatHistogram& h, int32_t schema) {
  if (h.uses_custom_buckets() || h.schema <= schema) return;
  reduce_side(positive_of(h, nullptr), h.schema - schema);
  reduce_side(negative_of(h, nullptr), h.schema - schema);
  h.schema = schema;
}

HistogramJoin add(FloatHistogram& h, const FloatHistogram& other) { return combine(h, other, 1); }

HistogramJoin subtract(FloatHistogram& h, const FloatHistogram& other) {
  return combine(h, other, -1);
}

CompensatedHistogram::CompensatedHistogram(FloatHistogram start)
    : h(std::move(start)),
      lost_positive(h.positive_buckets.size()),
      lost_negative(h.negative_buckets.size()) {}

HistogramJoin CompensatedHistogram::add(const FloatHistogram& other) {
  HistogramJoin join;
  join.incompatible = h.uses_custom_buckets() != other.uses_custom_buckets();
  if (join.incompatible) return join;
  join.hints_collide = join_hints(h.counter_reset_hint, other.counter_reset_hint);
  if (!h.uses_custom_buckets()) {
    const ZeroBucket zero = reconcile_zero_buckets(h, this, other);
    kahan_add(zero.count, h.zero_count, lost_zero);
    kahan_add(zero.lost, h.zero_count, lost_zero);
  }
  kahan_add(other.count, h.count, lost_count);
  kahan_add(other.sum, h.sum, lost_sum);
  if (h.uses_custom_buckets()) {
    join.bounds_reconciled = add_custom(h, this, other, 1);
  } else {
    add_exponential(h, this, other, 1);
  }
  return join;
}

namespace {

template <class Fn>
void change_lost(CompensatedHistogram& c, Fn&& change) {
  change(c.lost_count);
  change(c.lost_sum);
  change(c.lost_zero);
  for (double& lost : c.lost_positive) change(lost);
  for (double& lost : c.lost_negative) change(lost);
}

}  // namespace

void CompensatedHistogram::multiply(double factor) {
  promql::multiply(h, factor);
  change_lost(*this, [factor](double& v) { v *= factor; });
}

void CompensatedHistogram::divide(double divisor) {
  promql::divide(h, divisor);
  change_lost(*this, [divisor](double& v) { v /= divisor; });
}

FloatHistogram CompensatedHistogram::total() && {
  h.count += lost_count;
  h.sum += lost_sum;
  h.zero_count += lost_zero;
  for (size_t i = 0; i < h.positive_buckets.size(); ++i) h.positive_buckets[i] += lost_positive[i];
  for (size_t i = 0; i < h.negative_buckets.size(); ++i) h.negative_buckets[i] += lost_negative[i];
  return std::move(h);
}

bool CompensatedHistogram::overflowed() const {
  const auto infinite = [](double v) { return std::isinf(v); };
  return infinite(h.zero_count) || infinite(h.count) || infinite(h.sum) ||
         std::ranges::any_of(h.positive_buckets, infinite) ||
         std::ranges::any_of(h.negative_buckets, infinite) ||
         std::ranges::any_of(h.custom_values, infinite);
}

}  // namespace tocsin::promql
