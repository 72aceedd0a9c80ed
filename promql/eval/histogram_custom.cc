#include "promql/eval/histogram_custom.h"

#include <algorithm>
#include <iterator>

#include "promql/eval/histogram_buckets.h"
#include "promql/eval/histogram_cells.h"
#include "promql/eval/kahan.h"

namespace tocsin::promql {
namespace {

using base::FloatHistogram;

std::vector<double> common_bounds(const FloatHistogram& a, const FloatHistogram& b) {
  std::vector<double> common;
  std::ranges::set_intersection(a.custom_values, b.custom_values, std::back_inserter(common));
  return common;
}

/// Calls fn(place, target) for each bucket of h: its place among the counts, and the number of the
/// common bucket it belongs to.
template <class Fn>
void for_each_target(const FloatHistogram& h, const std::vector<double>& common, Fn&& fn) {
  for (BucketCursor at(h.positive_spans, h.positive_buckets.size()); at.next();) {
    const auto own = static_cast<size_t>(std::max<int64_t>(at.index(), 0));
    size_t target = common.size();
    if (own < h.custom_values.size()) {
      const auto bound = std::ranges::lower_bound(common, h.custom_values[own]);
      target = static_cast<size_t>(bound - common.begin());
    }
    fn(at.place(), target);
  }
}

}  // namespace

void add_by_common_bounds(FloatHistogram& h, std::vector<double>* lost, const FloatHistogram& other,
                          double factor) {
  std::vector<double> common = common_bounds(h, other);
  Cells cells(common.size() + 1);
  for (size_t i = 0; i < cells.size(); ++i) cells[i].index = static_cast<int64_t>(i);
  // Compensated in any case; only what was lost is forgotten where nobody asks for it.
  for_each_target(h, common, [&](size_t place, size_t target) {
    Cell& cell = cells[target];
    kahan_add(h.positive_buckets[place], cell.count, cell.lost);
    if (lost != nullptr) kahan_add((*lost)[place], cell.count, cell.lost);
  });
  for_each_target(other, common, [&](size_t place, size_t target) {
    kahan_add(factor * other.positive_buckets[place], cells[target].count, cells[target].lost);
  });
  drop_empty(cells);
  write_cells(cells, {h.positive_spans, h.positive_buckets, lost});
  h.custom_values = std::move(common);
}

bool fell_by_common_bounds(const FloatHistogram& current, const FloatHistogram& previous) {
  const std::vector<double> common = common_bounds(current, previous);
  const auto counts_of = [&common](const FloatHistogram& h) {
    std::vector<double> counts(common.size() + 1);
    for_each_target(h, common, [&](size_t place, size_t target) {
      counts[target] += h.positive_buckets[place];
    });
    return counts;
  };
  const std::vector<double> now = counts_of(current);
  const std::vector<double> before = counts_of(previous);
  return !std::equal(now.begin(), now.end(), before.begin(),
                     [](double a, double b) { return !(a < b); });
}

}  // namespace tocsin::promql
