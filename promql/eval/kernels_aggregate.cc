#include "promql/eval/kernels_aggregate.h"

#include <cmath>
#include <limits>

#include "promql/eval/kahan.h"
#include "promql/eval/quantile.h"

namespace tocsin::promql {
namespace {

double sum_of(std::span<double> values, double) {
  double sum = values[0];
  double c = 0;
  for (const double v : values.subspan(1)) kahan_add(v, sum, c);
  return sum + c;
}

double avg_of(std::span<double> values, double) {
  RunningMean mean;
  for (const double v : values) mean.add(v);
  return mean.value();
}

double min_of(std::span<double> values, double) {
  double best = values[0];
  for (const double v : values) best = (v < best || best != best) ? v : best;
  return best;
}

double max_of(std::span<double> values, double) {
  double best = values[0];
  for (const double v : values) best = (v > best || best != best) ? v : best;
  return best;
}

double count_of(std::span<double> values, double) { return static_cast<double>(values.size()); }
double one(std::span<double>, double) { return 1; }

/// Welford's, uncompensated as upstream's.
double variance_of(std::span<double> values, double) {
  double mean = values[0];
  double squares = 0;
  if (std::isnan(mean) || std::isinf(mean)) squares = std::numeric_limits<double>::quiet_NaN();
  double count = 1;
  for (const double v : values.subspan(1)) {
    count += 1;
    const double delta = v - mean;
    mean += delta / count;
    squares += delta * (v - mean);
  }
  return squares / count;
}

double deviation_of(std::span<double> values, double) { return std::sqrt(variance_of(values, 0)); }
double quantile_kernel(std::span<double> values, double q) { return quantile_of(q, values); }

}  // namespace

AggregateKernel aggregate_kernel(AggregateOp op) {
  switch (op) {
    case AggregateOp::kSum:
      return sum_of;
    case AggregateOp::kAvg:
      return avg_of;
    case AggregateOp::kCount:
      return count_of;
    case AggregateOp::kMin:
      return min_of;
    case AggregateOp::kMax:
      return max_of;
    case AggregateOp::kGroup:
      return one;
    case AggregateOp::kStddev:
      return deviation_of;
    case AggregateOp::kStdvar:
      return variance_of;
    case AggregateOp::kQuantile:
      return quantile_kernel;
    case AggregateOp::kTopk:
    case AggregateOp::kBottomk:
    case AggregateOp::kCountValues:
    case AggregateOp::kLimitk:
    case AggregateOp::kLimitRatio:
      return nullptr;
  }
  return nullptr;
}

}  // namespace tocsin::promql
