#include "promql/eval/kernels_regression.h"

#include <algorithm>
#include <cmath>

#include "promql/eval/kahan.h"
#include "promql/eval/vector_target.h"

namespace tocsin::promql {
namespace {

struct Line {
  double slope = 0;
  double intercept = 0;
};

/// The sums over x, in seconds from an origin: the same for all rows with the same timestamps.
struct TimeSums {
  double n = 0;
  double sum_x = 0;
  double sum_x2 = 0;
};

double seconds_from(base::TimestampMs origin, base::TimestampMs t) {
  return static_cast<double>(t - origin) / 1e3;
}

TimeSums time_sums(std::span<const base::TimestampMs> t, base::TimestampMs origin) {
  double sum_x = 0, c_x = 0, sum_x2 = 0, c_x2 = 0;
  for (const base::TimestampMs at : t) {
    const double x = seconds_from(origin, at);
    kahan_add(x, sum_x, c_x);
    kahan_add(x * x, sum_x2, c_x2);
  }
  return {static_cast<double>(t.size()), sum_x + c_x, sum_x2 + c_x2};
}

Line line_of(const TimeSums& x, double sum_y, double sum_xy) {
  const double covariance = sum_xy - x.sum_x * sum_y / x.n;
  const double variance = x.sum_x2 - x.sum_x * x.sum_x / x.n;
  const double slope = covariance / variance;
  return {slope, sum_y / x.n - slope * x.sum_x / x.n};
}

/// Through samples of one value: exact.
Line level_line(double value) {
  if (std::isinf(value)) return {std::nan(""), std::nan("")};
  return {0, value};
}

Line linear_regression(const RowWindow& w, base::TimestampMs origin) {
  double sum_y = 0, c_y = 0, sum_xy = 0, c_xy = 0;
  bool level = true;
  for (size_t i = 0; i < w.v.size(); ++i) {
    const double y = w.v[i];
    if (level && i > 0 && y != w.v[0]) level = false;
    kahan_add(y, sum_y, c_y);
    kahan_add(seconds_from(origin, w.t[i]) * y, sum_xy, c_xy);
  }
  if (level) return level_line(w.v[0]);
  return line_of(time_sums(w.t, origin), sum_y + c_y, sum_xy + c_xy);
}

/// The sums over y of a block of rows.
struct BlockSums {
  double sum_y[kRowsPerBlock];
  double c_y[kRowsPerBlock];
  double sum_xy[kRowsPerBlock];
  double c_xy[kRowsPerBlock];
  double uneven[kRowsPerBlock];  ///< Not 0 once a value differs from the first.
};

TOCSIN_WIDE
void add_column(double x, const double* first, const double* y, size_t rows, BlockSums& sums) {
  for (size_t i = 0; i < rows; ++i) {
    sums.uneven[i] = y[i] != first[i] ? 1.0 : sums.uneven[i];
    kahan_add(y[i], sums.sum_y[i], sums.c_y[i]);
    kahan_add(x * y[i], sums.sum_xy[i], sums.c_xy[i]);
  }
}

template <class Finish>
void regression_columns(const ColumnWindow& w, base::TimestampMs origin, double* out,
                        Finish finish) {
  const TimeSums x = time_sums(w.t, origin);
  BlockSums sums;
  for (size_t begin = 0; begin < w.rows; begin += kRowsPerBlock) {
    const size_t rows = std::min(kRowsPerBlock, w.rows - begin);
    const double* first = w.columns[0] + begin;
    for (double* zero : {sums.sum_y, sums.c_y, sums.sum_xy, sums.c_xy, sums.uneven}) {
      std::fill_n(zero, rows, 0.0);
    }
    for (size_t c = 0; c < w.t.size(); ++c) {
      add_column(seconds_from(origin, w.t[c]), first, w.columns[c] + begin, rows, sums);
      // The first value is even by definition, also one that is not equal to itself.
      if (c == 0) std::fill_n(sums.uneven, rows, 0.0);
    }
    for (size_t i = 0; i < rows; ++i) {
      const Line line = sums.uneven[i] == 0 ? level_line(first[i])
                                            : line_of(x, sums.sum_y[i] + sums.c_y[i],
                                                      sums.sum_xy[i] + sums.c_xy[i]);
      out[begin + i] = finish(line);
    }
  }
}

}  // namespace

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

void deriv_columns(const ColumnWindow& w, double, double* out) {
  regression_columns(w, w.t[0], out, [](const Line& line) { return line.slope; });
}

void predict_linear_columns(const ColumnWindow& w, double param, double* out) {
  regression_columns(w, w.times.step_time, out,
                     [param](const Line& line) { return line.slope * param + line.intercept; });
}

}  // namespace tocsin::promql
