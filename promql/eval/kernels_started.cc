#include "promql/eval/kernels_started.h"

#include "promql/eval/kernels_rate.h"

namespace tocsin::promql {
namespace {

using base::TimestampMs;

bool was_reset(const RowWindow& w, size_t i) {
  return w.v[i] < w.v[i - 1] || began_anew(w.t, w.starts, i);
}

template <bool kPerSecond>
bool increase_row_of(const RowWindow& w, double& out) {
  const size_t n = w.v.size();
  double raw = w.v[n - 1] - w.v[0];
  for (size_t i = 1; i < n; ++i) {
    if (was_reset(w, i)) raw += w.v[i - 1];
  }
  if (began_inside(w.times, w.t[0], w.starts[0])) {
    out = (raw + w.v[0]) * factor_since_start(w.t, w.starts[0], w.times, kPerSecond);
    return true;
  }
  if (n < 2) return false;
  out = raw * extrapolation_factor(w.t[0], w.t[n - 1], n, w.times, {true, kPerSecond, w.v[0], raw});
  return true;
}

}  // namespace

bool began_anew(std::span<const TimestampMs> t, std::span<const TimestampMs> starts, size_t i) {
  const TimestampMs start = starts[i];
  const TimestampMs before = t[i - 1];
  if (start == base::kNoStart || start >= t[i] || start < before) return false;
  if (start > before) return true;
  return starts[i - 1] != base::kNoStart && starts[i - 1] < before;
}

bool any_overlap(std::span<const TimestampMs> t, std::span<const TimestampMs> starts) {
  for (size_t i = 1; i < t.size(); ++i) {
    if (starts[i] != base::kNoStart && starts[i] < t[i - 1] && starts[i] != starts[i - 1])
      return true;
  }
  return false;
}

bool began_inside(const WindowTimes& times, TimestampMs first, TimestampMs start) {
  return start != base::kNoStart && start > times.start && start < first;
}

double factor_since_start(std::span<const TimestampMs> t, TimestampMs start,
                          const WindowTimes& times, bool per_second) {
  const double sampled = static_cast<double>(t.back() - start) / 1000;
  // A single sample has no gaps, and so nothing is known beyond it.
  const double average_gap = t.size() < 2 ? 0
                                          : static_cast<double>(t.back() - t.front()) / 1000 /
                                                static_cast<double>(t.size() - 1);
  double to_end = static_cast<double>(times.end - t.back()) / 1000;
  if (to_end >= average_gap * 1.1) to_end = average_gap / 2;
  const double factor = (sampled + to_end) / sampled;
  return per_second ? factor / times.range_seconds : factor;
}

bool rate_started_row(const RowWindow& w, double, double& out) {
  return increase_row_of<true>(w, out);
}
bool increase_started_row(const RowWindow& w, double, double& out) {
  return increase_row_of<false>(w, out);
}

bool irate_started_row(const RowWindow& w, double param, double& out) {
  const size_t n = w.v.size();
  if (n < 2 || !began_anew(w.t, w.starts, n - 1)) return irate_row(w, param, out);
  out = w.v[n - 1] / (static_cast<double>(w.t[n - 1] - w.t[n - 2]) / 1000);
  return true;
}

bool resets_started_row(const RowWindow& w, double, double& out) {
  out = 0;
  for (size_t i = 1; i < w.v.size(); ++i) out += was_reset(w, i) ? 1 : 0;
  return true;
}

}  // namespace tocsin::promql
