#include "promql/eval/kernels_rate.h"

#include <algorithm>

namespace tocsin::promql {
namespace {

enum class Kind : uint8_t { kRate, kIncrease, kDelta };

/// What extrapolation needs and all rows with the same timestamps share.
struct Extrapolation {
  double sampled = 0;  ///< Seconds from the first to the last sample.
  double to_start = 0;
  double to_end = 0;
  double range = 0;
};

Extrapolation extrapolation(base::TimestampMs first, base::TimestampMs last, size_t samples,
                            const WindowTimes& times) {
  Extrapolation x;
  x.sampled = static_cast<double>(last - first) / 1000;
  x.to_start = static_cast<double>(first - times.start) / 1000;
  x.to_end = static_cast<double>(times.end - last) / 1000;
  x.range = times.range_seconds;
  const double average_gap = x.sampled / static_cast<double>(samples - 1);
  // A series that began or ended inside the window reaches half a gap beyond its samples.
  const double threshold = average_gap * 1.1;
  if (x.to_start >= threshold) x.to_start = average_gap / 2;
  if (x.to_end >= threshold) x.to_end = average_gap / 2;
  return x;
}

template <Kind kKind>
double factor_of(double raw, double first, const Extrapolation& x) {
  double to_start = x.to_start;
  if constexpr (kKind != Kind::kDelta) {
    // A counter cannot have been below zero: extrapolation stops where it would be.
    const double to_zero = x.sampled * (first / raw);
    const bool clamps = (raw > 0) & (first >= 0) & (to_zero < to_start);
    to_start = clamps ? to_zero : to_start;
  }
  const double factor = (x.sampled + to_start + x.to_end) / x.sampled;
  return kKind == Kind::kRate ? factor / x.range : factor;
}

template <Kind kKind>
double scale(double raw, double first, const Extrapolation& x) {
  return raw * factor_of<kKind>(raw, first, x);
}

template <Kind kKind>
bool row(const RowWindow& w, double& out) {
  const size_t n = w.v.size();
  if (n < 2) return false;
  double raw = w.v[n - 1] - w.v[0];
  if constexpr (kKind != Kind::kDelta) {
    for (size_t i = 1; i < n; ++i) {
      if (w.v[i] < w.v[i - 1]) raw += w.v[i - 1];
    }
  }
  out = scale<kKind>(raw, w.v[0], extrapolation(w.t[0], w.t[n - 1], n, w.times));
  return true;
}

/// raw[i] += before[i] where a counter fell from before to after.
void add_resets(const double* before, const double* after, size_t rows, double* raw) {
  for (size_t i = 0; i < rows; ++i) raw[i] = after[i] < before[i] ? raw[i] + before[i] : raw[i];
}

template <Kind kKind>
void columns(const ColumnWindow& w, double* out) {
  const size_t n = w.t.size();
  const Extrapolation x = extrapolation(w.t[0], w.t[n - 1], n, w.times);
  for (size_t begin = 0; begin < w.rows; begin += kRowsPerBlock) {
    const size_t rows = std::min(kRowsPerBlock, w.rows - begin);
    const double* first = w.columns[0] + begin;
    const double* last = w.columns[n - 1] + begin;
    double* raw = out + begin;
    for (size_t i = 0; i < rows; ++i) raw[i] = last[i] - first[i];
    if constexpr (kKind != Kind::kDelta) {
      for (size_t c = 1; c < n; ++c) {
        if (w.drops[c] != 0) add_resets(w.columns[c - 1] + begin, w.columns[c] + begin, rows, raw);
      }
    }
    for (size_t i = 0; i < rows; ++i) raw[i] = scale<kKind>(raw[i], first[i], x);
  }
}

}  // namespace

double extrapolation_factor(base::TimestampMs first_t, base::TimestampMs last_t, size_t samples,
                            const WindowTimes& times, const ExtrapolatedValue& value) {
  const Extrapolation x = extrapolation(first_t, last_t, samples, times);
  if (!value.is_counter) return factor_of<Kind::kDelta>(value.raw, value.first, x);
  return value.per_second ? factor_of<Kind::kRate>(value.raw, value.first, x)
                          : factor_of<Kind::kIncrease>(value.raw, value.first, x);
}

bool rate_row(const RowWindow& w, double, double& out) { return row<Kind::kRate>(w, out); }
bool increase_row(const RowWindow& w, double, double& out) { return row<Kind::kIncrease>(w, out); }
bool delta_row(const RowWindow& w, double, double& out) { return row<Kind::kDelta>(w, out); }
void rate_columns(const ColumnWindow& w, double, double* out) { columns<Kind::kRate>(w, out); }
void increase_columns(const ColumnWindow& w, double, double* out) {
  columns<Kind::kIncrease>(w, out);
}
void delta_columns(const ColumnWindow& w, double, double* out) { columns<Kind::kDelta>(w, out); }

bool irate_row(const RowWindow& w, double, double& out) {
  const size_t n = w.v.size();
  if (n < 2 || w.t[n - 1] == w.t[n - 2]) return false;
  const double seconds = static_cast<double>(w.t[n - 1] - w.t[n - 2]) / 1000;
  const double last = w.v[n - 1];
  const double before = w.v[n - 2];
  out = (last < before ? last : last - before) / seconds;
  return true;
}

bool idelta_row(const RowWindow& w, double, double& out) {
  const size_t n = w.v.size();
  if (n < 2 || w.t[n - 1] == w.t[n - 2]) return false;
  out = w.v[n - 1] - w.v[n - 2];
  return true;
}

void irate_columns(const ColumnWindow& w, double, double* out) {
  const size_t n = w.t.size();
  const double seconds = static_cast<double>(w.t[n - 1] - w.t[n - 2]) / 1000;
  const double* last = w.columns[n - 1];
  const double* before = w.columns[n - 2];
  for (size_t i = 0; i < w.rows; ++i) {
    out[i] = (last[i] < before[i] ? last[i] : last[i] - before[i]) / seconds;
  }
}

void idelta_columns(const ColumnWindow& w, double, double* out) {
  const size_t n = w.t.size();
  const double* last = w.columns[n - 1];
  const double* before = w.columns[n - 2];
  for (size_t i = 0; i < w.rows; ++i) out[i] = last[i] - before[i];
}

}  // namespace tocsin::promql
