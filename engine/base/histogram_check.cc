#include "engine/base/histogram_check.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tocsin::base {
namespace {

constexpr int32_t kLowestSchema = -4;
constexpr int32_t kHighestSchema = 8;

bool none_negative(const std::vector<double>& counts) {
  return std::ranges::none_of(counts, [](double count) { return count < 0; });
}

/// Only the first span of an exponential histogram may begin below index 0.
bool spans_fit(const std::vector<HistogramSpan>& spans, size_t buckets,
               bool first_may_be_negative) {
  uint64_t described = 0;
  for (size_t i = 0; i < spans.size(); ++i) {
    if (spans[i].offset < 0 && !(i == 0 && first_may_be_negative)) return false;
    described += spans[i].length;
  }
  return described == buckets;
}

bool bounds_suffice(const FloatHistogram& h) {
  uint64_t reach = 0;
  for (const HistogramSpan& span : h.positive_spans) {
    reach += static_cast<uint64_t>(span.offset) + span.length;
  }
  return reach <= h.custom_values.size() + 1;
}

bool bounds_ascend(const std::vector<double>& bounds) {
  double before = -std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < bounds.size(); ++i) {
    if (std::isnan(bounds[i]) || (i > 0 && bounds[i] <= before)) return false;
    before = bounds[i];
  }
  return before != std::numeric_limits<double>::infinity();
}

}  // namespace

bool is_valid(const FloatHistogram& h) {
  if (h.count < 0 || !none_negative(h.positive_buckets)) return false;
  if (h.uses_custom_buckets()) {
    return h.zero_count == 0 && h.zero_threshold == 0 && h.negative_spans.empty() &&
           h.negative_buckets.empty() && bounds_ascend(h.custom_values) &&
           spans_fit(h.positive_spans, h.positive_buckets.size(), false) && bounds_suffice(h);
  }
  return h.schema >= kLowestSchema && h.schema <= kHighestSchema && h.custom_values.empty() &&
         !(h.zero_count < 0) && none_negative(h.negative_buckets) &&
         spans_fit(h.positive_spans, h.positive_buckets.size(), true) &&
         spans_fit(h.negative_spans, h.negative_buckets.size(), true);
}

}  // namespace tocsin::base
