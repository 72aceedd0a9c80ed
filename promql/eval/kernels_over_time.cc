#include "promql/eval/kernels_over_time.h"

#include <algorithm>
#include <cmath>

#include "promql/eval/kahan.h"

namespace tocsin::promql {
namespace {

/// True where `next` replaces `best`: it is better, or there was no number yet.
struct Lower {
  static bool replaces(double next, double best) { return (next < best) | (best != best); }
};
struct Higher {
  static bool replaces(double next, double best) { return (next > best) | (best != best); }
};

template <class Better>
void extreme_row(const RowWindow& w, double& out) {
  out = w.v[0];
  for (const double v : w.v) out = Better::replaces(v, out) ? v : out;
}

template <class Better>
void extreme_columns(const ColumnWindow& w, double* out) {
  for (size_t begin = 0; begin < w.rows; begin += kRowsPerBlock) {
    const size_t rows = std::min(kRowsPerBlock, w.rows - begin);
    std::copy_n(w.columns[0] + begin, rows, out + begin);
    for (size_t c = 1; c < w.t.size(); ++c) {
      const double* v = w.columns[c] + begin;
      double* best = out + begin;
      for (size_t i = 0; i < rows; ++i) best[i] = Better::replaces(v[i], best[i]) ? v[i] : best[i];
    }
  }
}

/// The last sample that is no worse than any before it.
template <class Better>
void ts_of_extreme_row(const RowWindow& w, double& out) {
  size_t best = 0;
  for (size_t i = 1; i < w.v.size(); ++i) {
    if (w.v[i] == w.v[best] || Better::replaces(w.v[i], w.v[best])) best = i;
  }
  out = static_cast<double>(w.t[best]) / 1000;
}

bool differs(double a, double b) { return (a != b) & !((a != a) & (b != b)); }

struct Line {
  double slope = 0;
  double intercept = 0;
};

/// Least squares; x in seconds from `origin`. A level line stays exact.
/// Source: prometheus:promql/functions.go linearRegression.
Line linear_regression(const RowWindow& w, base::TimestampMs origin) {
  double n = 0;
  double sum_x = 0, c_x = 0, sum_y = 0, c_y = 0;
  double sum_xy = 0, c_xy = 0, sum_x2 = 0, c_x2 = 0;
  bool level = true;
  for (size_t i = 0; i < w.v.size(); ++i) {
    const double y = w.v[i];
    if (level && i > 0 && y != w.v[0]) level = false;
    n += 1;
    const double x = static_cast<double>(w.t[i] - origin) / 1e3;
    kahan_add(x, sum_x, c_x);
    kahan_add(y, sum_y, c_y);
    kahan_add(x * y, sum_xy, c_xy);
    kahan_add(x * x, sum_x2, c_x2);
  }
  if (level) {
    if (std::isinf(w.v[0])) return {std::nan(""), std::nan("")};
    return {0, w.v[0]};
  }
  sum_x += c_x;
  sum_y += c_y;
  sum_xy += c_xy;
  sum_x2 += c_x2;
  const double covariance = sum_xy - sum_x * sum_y / n;
  const double variance = sum_x2 - sum_x * sum_x / n;
  const double slope = covariance / variance;
  return {slope, sum_y / n - slope * sum_x / n};
}

double variance_of(std::span<const double> values) {
  double count = 0;
  double mean = 0, c_mean = 0, aux = 0, c_aux = 0;
  for (const double v : values) {
    count += 1;
    const double delta = v - (mean + c_mean);
    kahan_add(delta / count, mean, c_mean);
    kahan_add(delta * (v - (mean + c_mean)), aux, c_aux);
  }
  return (aux + c_aux) / count;
}

/// Compensated sums of a block of rows, one column after the other.
struct BlockSums {
  double sum[kRowsPerBlock];
  double c[kRowsPerBlock];

  void add(const double* v, size_t rows) {
    for (size_t i = 0; i < rows; ++i) kahan_add(v[i], sum[i], c[i]);
  }
};

}  // namespace

bool sum_row(const RowWindow& w, double, double& out) {
  double sum = 0;
  double c = 0;
  for (const double v : w.v) kahan_add(v, sum, c);
  out = std::isinf(sum) ? sum : sum + c;
  return true;
}

void sum_columns(const ColumnWindow& w, double, double* out) {
  BlockSums block;
  for (size_t begin = 0; begin < w.rows; begin += kRowsPerBlock) {
    const size_t rows = std::min(kRowsPerBlock, w.rows - begin);
    std::fill_n(block.sum, rows, 0.0);
    std::fill_n(block.c, rows, 0.0);
    for (size_t c = 0; c < w.t.size(); ++c) block.add(w.columns[c] + begin, rows);
    for (size_t i = 0; i < rows; ++i) {
      out[begin + i] = std::isinf(block.sum[i]) ? block.sum[i] : block.sum[i] + block.c[i];
    }
  }
}

bool avg_row(const RowWindow& w, double, double& out) {
  RunningMean mean;
  for (const double v : w.v) mean.add(v);
  out = mean.value();
  return true;
}

void avg_columns(const ColumnWindow& w, double, double* out) {
  BlockSums block;
  const auto n = static_cast<double>(w.t.size());
  for (size_t begin = 0; begin < w.rows; begin += kRowsPerBlock) {
    const size_t rows = std::min(kRowsPerBlock, w.rows - begin);
    std::copy_n(w.columns[0] + begin, rows, block.sum);
    std::fill_n(block.c, rows, 0.0);
    for (size_t c = 1; c < w.t.size(); ++c) block.add(w.columns[c] + begin, rows);
    for (size_t i = 0; i < rows; ++i) {
      out[begin + i] = block.sum[i] / n + block.c[i] / n;
      // A sum that passed infinity is not finite any more: those rows take the careful way.
      if (std::isfinite(block.sum[i])) continue;
      RunningMean mean;
      for (size_t c = 0; c < w.t.size(); ++c) mean.add(w.columns[c][begin + i]);
      out[begin + i] = mean.value();
    }
  }
}

bool min_row(const RowWindow& w, double, double& out) {
  extreme_row<Lower>(w, out);
  return true;
}
bool max_row(const RowWindow& w, double, double& out) {
  extreme_row<Higher>(w, out);
  return true;
}
void min_columns(const ColumnWindow& w, double, double* out) { extreme_columns<Lower>(w, out); }
void max_columns(const ColumnWindow& w, double, double* out) { extreme_columns<Higher>(w, out); }

bool count_row(const RowWindow& w, double, double& out) {
  out = static_cast<double>(w.v.size());
  return true;
}
void count_columns(const ColumnWindow& w, double, double* out) {
  std::fill_n(out, w.rows, static_cast<double>(w.t.size()));
}

bool present_row(const RowWindow&, double, double& out) {
  out = 1;
  return true;
}
void present_columns(const ColumnWindow& w, double, double* out) { std::fill_n(out, w.rows, 1.0); }

bool first_row(const RowWindow& w, double, double& out) {
  out = w.v.front();
  return true;
}
bool last_row(const RowWindow& w, double, double& out) {
  out = w.v.back();
  return true;
}
void first_columns(const ColumnWindow& w, double, double* out) {
  std::copy_n(w.columns[0], w.rows, out);
}
void last_columns(const ColumnWindow& w, double, double* out) {
  std::copy_n(w.columns[w.t.size() - 1], w.rows, out);
}

bool stddev_row(const RowWindow& w, double, double& out) {
  out = std::sqrt(variance_of(w.v));
  return true;
}
bool stdvar_row(const RowWindow& w, double, double& out) {
  out = variance_of(w.v);
  return true;
}

void stdvar_columns(const ColumnWindow& w, double, double* out) {
  double mean[kRowsPerBlock], c_mean[kRowsPerBlock], aux[kRowsPerBlock], c_aux[kRowsPerBlock];
  for (size_t begin = 0; begin < w.rows; begin += kRowsPerBlock) {
    const size_t rows = std::min(kRowsPerBlock, w.rows - begin);
    for (double* sums : {mean, c_mean, aux, c_aux}) std::fill_n(sums, rows, 0.0);
    for (size_t c = 0; c < w.t.size(); ++c) {
      const double* v = w.columns[c] + begin;
      const auto count = static_cast<double>(c + 1);
      for (size_t i = 0; i < rows; ++i) {
        const double delta = v[i] - (mean[i] + c_mean[i]);
        kahan_add(delta / count, mean[i], c_mean[i]);
        kahan_add(delta * (v[i] - (mean[i] + c_mean[i])), aux[i], c_aux[i]);
      }
    }
    const auto n = static_cast<double>(w.t.size());
    for (size_t i = 0; i < rows; ++i) out[begin + i] = (aux[i] + c_aux[i]) / n;
  }
}
void stddev_columns(const ColumnWindow& w, double param, double* out) {
  stdvar_columns(w, param, out);
  for (size_t i = 0; i < w.rows; ++i) out[i] = std::sqrt(out[i]);
}

bool changes_row(const RowWindow& w, double, double& out) {
  out = 0;
  for (size_t i = 1; i < w.v.size(); ++i) out += differs(w.v[i], w.v[i - 1]) ? 1 : 0;
  return true;
}
void changes_columns(const ColumnWindow& w, double, double* out) {
  std::fill_n(out, w.rows, 0.0);
  for (size_t c = 1; c < w.t.size(); ++c) {
    const double* before = w.columns[c - 1];
    const double* after = w.columns[c];
    for (size_t i = 0; i < w.rows; ++i) out[i] += differs(after[i], before[i]) ? 1.0 : 0.0;
  }
}

bool resets_row(const RowWindow& w, double, double& out) {
  out = 0;
  for (size_t i = 1; i < w.v.size(); ++i) out += w.v[i] < w.v[i - 1] ? 1 : 0;
  return true;
}
void resets_columns(const ColumnWindow& w, double, double* out) {
  std::fill_n(out, w.rows, 0.0);
  for (size_t c = 1; c < w.t.size(); ++c) {
    if (w.drops[c] == 0) continue;
    const double* before = w.columns[c - 1];
    const double* after = w.columns[c];
    for (size_t i = 0; i < w.rows; ++i) out[i] += after[i] < before[i] ? 1.0 : 0.0;
  }
}

bool deriv_row(const RowWindow& w, double, double& out) {
  if (w.v.size() < 2) return false;
  out = linear_regression(w, w.t[0]).slope;
  return true;
}

bool predict_linear_row(const RowWindow& w, double param, double& out) {
  if (w.v.size() < 2) return false;
  const Line line = linear_regression(w, w.times.step_time);
  out = line.slope * param + line.intercept;
  return true;
}

bool smoothing_row(const RowWindow& w, double smoothing, double& out) {
  if (w.v.size() < 2) return false;
  double before = 0;
  double level = w.v[0];
  double slope = w.v[1] - w.v[0];
  for (size_t i = 1; i < w.v.size(); ++i) {
    if (i > 1) slope = w.trend * (level - before) + (1 - w.trend) * slope;
    before = level;
    level = smoothing * w.v[i] + (1 - smoothing) * (level + slope);
  }
  out = level;
  return true;
}

bool ts_of_first_row(const RowWindow& w, double, double& out) {
  out = static_cast<double>(w.t.front()) / 1000;
  return true;
}
bool ts_of_last_row(const RowWindow& w, double, double& out) {
  out = static_cast<double>(w.t.back()) / 1000;
  return true;
}
bool ts_of_min_row(const RowWindow& w, double, double& out) {
  ts_of_extreme_row<Lower>(w, out);
  return true;
}
bool ts_of_max_row(const RowWindow& w, double, double& out) {
  ts_of_extreme_row<Higher>(w, out);
  return true;
}

}  // namespace tocsin::promql
