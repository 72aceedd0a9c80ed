// Neumaier's compensated addition, step for step as upstream does it.
#pragma once

#include <cmath>
#include <limits>

namespace tocsin::promql {

/// Only infinities are beyond it: a comparison that loops can be vectorised over.
inline constexpr double kLargest = std::numeric_limits<double>::max();

/// Adds x to sum; c collects what rounding lost. The result of a sum is sum + c.
/// Source: prometheus:util/kahansum/kahansum.go Inc.
inline void kahan_add(double x, double& sum, double& c) {
  const double t = sum + x;
  // Picking the operands, not the results, leaves no branch to mispredict.
  const bool sum_is_larger = std::fabs(sum) >= std::fabs(x);
  const double larger = sum_is_larger ? sum : x;
  const double smaller = sum_is_larger ? x : sum;
  const double lost = (larger - t) + smaller;
  c = std::fabs(t) > kLargest ? 0.0 : c + lost;
  sum = t;
}

/// The mean of values as they come: a compensated sum until it would overflow, then an incremental
/// mean. Source: prometheus:promql/functions.go funcAvgOverTime, engine.go aggregation (AVG).
struct RunningMean {
  double count = 0;
  double sum = 0;  ///< Or the mean, once incremental.
  double c = 0;
  bool incremental = false;

  void add(double x) {
    count += 1;
    if (count == 1) {
      sum = x;
      return;
    }
    if (!incremental) {
      double next = sum;
      double next_c = c;
      kahan_add(x, next, next_c);
      if (!std::isinf(next)) {
        sum = next;
        c = next_c;
        return;
      }
      incremental = true;
      sum /= count - 1;
      c /= count - 1;
    }
    const double q = (count - 1) / count;
    sum *= q;
    c *= q;
    kahan_add(x / count, sum, c);
  }
  double value() const { return incremental ? sum + c : sum / count + c / count; }
};

}  // namespace tocsin::promql
