#include "promql/eval/kernels_extended.h"

#include <algorithm>

#include "promql/eval/kernels_native_extended.h"
#include "promql/eval/kernels_over_time.h"
#include "promql/eval/kernels_started.h"

namespace tocsin::promql {
namespace {

/// The samples that bound a range, and their values there.
struct Bounds {
  size_t first = 0;
  size_t last = 0;
  double left = 0;
  double right = 0;
};

/// The first of the samples before `last` that is later than `t` (or not earlier, when `reached`
/// suffices); `last` when there is none.
size_t first_after(const RowWindow& w, size_t last, base::TimestampMs t, bool reached) {
  const auto begin = w.t.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(last);
  return static_cast<size_t>(
      (reached ? std::lower_bound(begin, end, t) : std::upper_bound(begin, end, t)) - begin);
}

/// False when no sample is in the range, or between it and the next.
template <bool kSmoothed>
bool find_bounds(const RowWindow& w, bool is_counter, Bounds& b) {
  const auto [start, end] = std::pair(w.times.start, w.times.end);
  b.last = w.t.size() - 1;
  b.first = first_after(w, b.last, start, false);
  if (b.first > 0) --b.first;
  if (kSmoothed) b.last = first_after(w, b.last, end, true);
  if (w.t[b.last] <= start || (kSmoothed && w.t[b.first] > end)) return false;
  const auto between = [&](size_t i, base::TimestampMs t) {
    return interpolate(w.t[i], w.v[i], w.t[i + 1], w.v[i + 1], t, is_counter);
  };
  const bool left_outside = kSmoothed && w.t[b.first] < start;
  const bool right_outside = kSmoothed && b.last > 0 && w.t[b.last] > end;
  b.left = left_outside ? between(b.first, start) : w.v[b.first];
  b.right = right_outside ? between(b.last - 1, end) : w.v[b.last];
  return true;
}

/// The indices [begin, end) of the samples strictly inside the range.
std::pair<size_t, size_t> inside(const RowWindow& w, const Bounds& b) {
  const size_t begin = w.t[b.first] <= w.times.start ? b.first + 1 : b.first;
  const size_t end = w.t[b.last] >= w.times.end ? b.last : b.last + 1;
  return {begin, std::max(begin, end)};
}

/// What a counter lost by resets on its way from left to right.
double lost_by_resets(const RowWindow& w, const Bounds& b) {
  double lost = 0;
  double before = b.left;
  const auto [begin, end] = inside(w, b);
  for (size_t i = begin; i < end; ++i) {
    if (w.v[i] < before) lost += before;
    before = w.v[i];
  }
  return b.right < before ? lost + before : lost;
}

template <bool kSmoothed, bool kCounter, bool kPerSecond>
bool change_row(const RowWindow& w, double, double& out) {
  Bounds b;
  if (!find_bounds<kSmoothed>(w, kCounter, b)) return false;
  out = b.right - b.left;
  if (kCounter) out += lost_by_resets(w, b);
  if (kPerSecond) out /= w.times.range_seconds;
  return true;
}

/// The window from its anchor on; empty when no sample is in the range.
RowWindow from_anchor(const RowWindow& w) {
  const size_t first = first_after(w, w.t.size(), w.times.start, false);
  RowWindow result = w;
  const size_t skipped = first == w.t.size() ? first : (first > 0 ? first - 1 : 0);
  result.t = w.t.subspan(skipped);
  result.v = w.v.subspan(skipped);
  if (!w.starts.empty()) result.starts = w.starts.subspan(skipped);
  return result;
}

template <RowKernel kKernel>
bool anchored_row(const RowWindow& w, double param, double& out) {
  const RowWindow anchored = from_anchor(w);
  return !anchored.v.empty() && kKernel(anchored, param, out);
}

using Rule = HistogramRule;

constexpr RangeFunction kAnchored[] = {
    {"changes", anchored_row<changes_row>, nullptr, 1, Rule::kMixes, false, false, nullptr, nullptr,
     nullptr, changes_anchored},
    {"delta", change_row<false, false, false>, nullptr, 1, Rule::kAlone, false, false, nullptr,
     nullptr, change_histogram<false, ChangeKind::kDelta>},
    {"increase", change_row<false, true, false>, nullptr, 1, Rule::kAlone, false, true, nullptr,
     nullptr, change_histogram<false, ChangeKind::kIncrease>},
    {"rate", change_row<false, true, true>, nullptr, 1, Rule::kAlone, false, true, nullptr, nullptr,
     change_histogram<false, ChangeKind::kRate>},
    {"resets", anchored_row<resets_row>, nullptr, 1, Rule::kMixes, false, false, nullptr, nullptr,
     nullptr, resets_anchored, anchored_row<resets_started_row>},
};
constexpr RangeFunction kSmoothed[] = {
    {"delta", change_row<true, false, false>, nullptr, 1, Rule::kAlone, false, false, nullptr,
     nullptr, change_histogram<true, ChangeKind::kDelta>},
    {"increase", change_row<true, true, false>, nullptr, 1, Rule::kAlone, false, true, nullptr,
     nullptr, change_histogram<true, ChangeKind::kIncrease>},
    {"rate", change_row<true, true, true>, nullptr, 1, Rule::kAlone, false, true, nullptr, nullptr,
     change_histogram<true, ChangeKind::kRate>},
};

std::span<const RangeFunction> functions_of(RangeMode mode) {
  if (mode == RangeMode::kAnchored) return kAnchored;
  return kSmoothed;
}

}  // namespace

const RangeFunction* find_range_function(std::string_view name, RangeMode mode) {
  if (mode == RangeMode::kPlain) return find_range_function(name);
  for (const RangeFunction& function : functions_of(mode)) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

std::string wrong_function_for(RangeMode mode, std::string_view function) {
  std::string text = mode == RangeMode::kAnchored ? "anchored" : "smoothed";
  text += " modifier can only be used with:";
  char separator = ' ';
  for (const RangeFunction& allowed : functions_of(mode)) {
    if (separator == ',') text += separator;
    separator = ',';
    text += ' ';
    text += allowed.name;
  }
  return text + " - not with " + std::string(function);
}

double interpolate(base::TimestampMs t1, double v1, base::TimestampMs t2, double v2,
                   base::TimestampMs t, bool is_counter) {
  if (is_counter && v2 < v1) v1 = 0;
  return v1 + (v2 - v1) * static_cast<double>(t - t1) / static_cast<double>(t2 - t1);
}

std::vector<FloatSample> extend_floats(const RowWindow& w, RangeMode mode) {
  Bounds b;
  const bool smoothed = mode == RangeMode::kSmoothed;
  const bool any = smoothed ? find_bounds<true>(w, false, b) : find_bounds<false>(w, false, b);
  if (!any) return {};
  std::vector<FloatSample> samples = {{w.times.start, b.left}};
  const auto [begin, end] = inside(w, b);
  for (size_t i = begin; i < end; ++i) samples.push_back({w.t[i], w.v[i]});
  samples.push_back({w.times.end, b.right});
  return samples;
}

}  // namespace tocsin::promql
