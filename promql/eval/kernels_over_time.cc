#include "promql/eval/kernels_over_time.h"

#include <algorithm>
#include <cmath>

#include "promql/eval/kahan.h"
#include "promql/eval/vector_target.h"

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

TOCSIN_WIDE
void keep_lower(const double* v, double* best, size_t rows) {
  for (size_t i = 0; i < rows; ++i) best[i] = Lower::replaces(v[i], best[i]) ? v[i] : best[i];
}
TOCSIN_WIDE
void keep_higher(const double* v, double* best, size_t rows) {
  for (size_t i = 0; i < rows; ++i) best[i] = Higher::replaces(v[i], best[i]) ? v[i] : best[i];
}

using Keep = void (*)(const double* v, double* best, size_t rows);

void extreme_columns(const ColumnWindow& w, double* out, Keep keep) {
  for (size_t begin = 0; begin < w.rows; begin += kRowsPerBlock) {
    const size_t rows = std::min(kRowsPerBlock, w.rows - begin);
    std::copy_n(w.columns[0] + begin, rows, out + begin);
    for (size_t c = 1; c < w.t.size(); ++c) keep(w.columns[c] + begin, out + begin, rows);
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
};

TOCSIN_WIDE
void add_column(const double* v, size_t rows, BlockSums& sums) {
  for (size_t i = 0; i < rows; ++i) kahan_add(v[i], sums.sum[i], sums.c[i]);
}

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
    for (size_t c = 0; c < w.t.size(); ++c) add_column(w.columns[c] + begin, rows, block);
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
    for (size_t c = 1; c < w.t.size(); ++c) add_column(w.columns[c] + begin, rows, block);
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
void min_columns(const ColumnWindow& w, double, double* out) {
  extreme_columns(w, out, keep_lower);
}
void max_columns(const ColumnWindow& w, double, double* out) {
  extreme_columns(w, out, keep_higher);
}

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
void change_events(const double* before, const double* after, const uint32_t* sum_before,
                   uint32_t* sum, size_t rows) {
  for (size_t i = 0; i < rows; ++i) sum[i] = sum_before[i] + (differs(after[i], before[i]) ? 1 : 0);
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
void reset_events(const double* before, const double* after, const uint32_t* sum_before,
                  uint32_t* sum, size_t rows) {
  for (size_t i = 0; i < rows; ++i) sum[i] = sum_before[i] + (after[i] < before[i] ? 1 : 0);
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
