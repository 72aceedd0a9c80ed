// A second PromQL evaluator, slow and obvious: one step at a time, one series at a time, label sets
// as maps, sums in long double. It shares nothing with promql/eval but the parsed tree.
// Source of the semantics: prometheus promql/engine.go and promql/functions.go.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/sample.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql::test {

using LabelMap = std::map<std::string, std::string>;

/// A stored series: ascending samples, stale markers among them.
struct StoredSeries {
  LabelMap labels;
  std::vector<base::Sample> samples;
};

/// What an expression is at one step: a scalar, or a vector whose label sets are all different.
struct StepValue {
  bool is_scalar = false;
  double scalar = 0;
  std::map<LabelMap, double> vector;
};

/// Thrown (within the tests only) where the query must fail.
struct QueryFails {
  std::string why;
};

class Reference {
 public:
  Reference(std::vector<StoredSeries> data, base::DurationMs lookback)
      : data_(std::move(data)), lookback_(lookback) {}

  /// Throws QueryFails. `start` and `end` are those of the whole query, for `@ start()` and
  /// `@ end()`.
  StepValue evaluate(const Expr& expr, base::TimestampMs t, base::TimestampMs start,
                     base::TimestampMs end) const;

 private:
  class Step;
  std::vector<StoredSeries> data_;
  base::DurationMs lookback_;
};

/// The window (from, to] of one series, stale markers taken out.
struct SlowWindow {
  std::vector<base::Sample> samples;
  base::TimestampMs from = 0;
  base::TimestampMs to = 0;
  base::TimestampMs step = 0;  ///< The evaluation time, which `@` and `offset` do not move.
};

/// rate(), max_over_time() and so on. False: no result. `param`: the scalar argument, if any.
bool slow_range_function(std::string_view name, const SlowWindow& window, double param,
                         double& out);
/// abs(), ceil() and so on; `params`: the scalar arguments.
double slow_math_function(std::string_view name, double v, const std::vector<double>& params);
double slow_quantile(double q, std::vector<double> values);
/// Buckets by upper bound.
double slow_bucket_quantile(double q, const std::map<double, double>& buckets);

StepValue slow_aggregate(const AggregateExpr& expr, const StepValue& param, const StepValue& in);
StepValue slow_binary(const BinaryExpr& expr, const StepValue& lhs, const StepValue& rhs);

/// Adds a result; throws QueryFails when its label set is there already.
void add_unique(StepValue& out, const LabelMap& labels, double v);

}  // namespace tocsin::promql::test
