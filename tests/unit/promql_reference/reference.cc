#include "reference.h"

#include <cmath>
#include <limits>
#include <optional>

#include "engine/base/number.h"
#include "promql/syntax/functions.h"

namespace tocsin::promql::test {
namespace {

bool matches(const LabelMap& labels, const base::Matchers& matchers) {
  for (const base::Matcher& matcher : matchers) {
    const auto found = labels.find(matcher.name());
    if (!matcher.matches(found == labels.end() ? "" : found->second)) return false;
  }
  return true;
}

StepValue scalar_of(double v) {
  StepValue out;
  out.is_scalar = true;
  out.scalar = v;
  return out;
}

LabelMap without_name(LabelMap labels) {
  labels.erase("__name__");
  return labels;
}

bool keeps_name(std::string_view function) {
  return function == "last_over_time" || function == "first_over_time";
}

// Labels that matchers pin with "=", as absent() gives them to its result.
LabelMap pinned_labels(const base::Matchers& matchers) {
  LabelMap out;
  std::map<std::string, int> seen;
  for (const base::Matcher& matcher : matchers) ++seen[matcher.name()];
  for (const base::Matcher& matcher : matchers) {
    if (matcher.name() == "__name__" || matcher.op() != base::MatchOp::kEqual) continue;
    if (seen[matcher.name()] == 1 && !matcher.value().empty()) {
      out[matcher.name()] = matcher.value();
    }
  }
  return out;
}

LabelMap labels_of_absent(const Expr& argument) {
  const Expr& expr = unparen(argument);
  if (expr.kind == ExprKind::kVectorSelector) {
    return pinned_labels(as<VectorSelector>(expr).matchers);
  }
  if (expr.kind == ExprKind::kMatrixSelector) {
    return pinned_labels(as<MatrixSelector>(expr).selector->matchers);
  }
  return {};
}

}  // namespace

void add_unique(StepValue& out, const LabelMap& labels, double v) {
  if (!out.vector.emplace(labels, v).second) throw QueryFails{"same labelset twice"};
}

/// One evaluation time of one query.
class Reference::Step {
 public:
  Step(const Reference& reference, base::TimestampMs t, base::TimestampMs start,
       base::TimestampMs end)
      : reference_(reference), t_(t), start_(start), end_(end) {}

  StepValue value(const Expr& expr) const {
    switch (expr.kind) {
      case ExprKind::kNumber:
        return scalar_of(as<NumberLiteral>(expr).value);
      case ExprKind::kParen:
        return value(*as<ParenExpr>(expr).expr);
      case ExprKind::kUnary:
        return unary(as<UnaryExpr>(expr));
      case ExprKind::kVectorSelector:
        return selector(as<VectorSelector>(expr));
      case ExprKind::kCall:
        return call(as<Call>(expr));
      case ExprKind::kAggregate: {
        const auto& node = as<AggregateExpr>(expr);
        const StepValue param = node.param ? value(*node.param) : StepValue{};
        return slow_aggregate(node, param, value(*node.expr));
      }
      case ExprKind::kBinary: {
        const auto& node = as<BinaryExpr>(expr);
        return slow_binary(node, value(*node.lhs), value(*node.rhs));
      }
      case ExprKind::kString:
      case ExprKind::kMatrixSelector:
      case ExprKind::kSubquery:
        break;
    }
    throw QueryFails{"not a value"};
  }

 private:
  using Windows = std::map<LabelMap, SlowWindow>;

  base::TimestampMs shifted(const TimeShift& shift) const {
    base::TimestampMs at = t_;
    if (shift.at == AtKind::kTimestamp) at = shift.at_ms;
    if (shift.at == AtKind::kStart) at = start_;
    if (shift.at == AtKind::kEnd) at = end_;
    return at - shift.offset;
  }

  StepValue unary(const UnaryExpr& node) const {
    StepValue in = value(*node.expr);
    if (!node.negate) return in;
    if (in.is_scalar) return scalar_of(-in.scalar);
    StepValue out;
    for (const auto& [labels, v] : in.vector) add_unique(out, without_name(labels), -v);
    return out;
  }

  StepValue selector(const VectorSelector& node) const {
    StepValue out;
    const base::TimestampMs at = shifted(node.shift);
    for (const StoredSeries& series : reference_.data_) {
      if (!matches(series.labels, node.matchers)) continue;
      const base::Sample* newest = nullptr;
      for (const base::Sample& sample : series.samples) {
        if (sample.t > at - reference_.lookback_ && sample.t <= at) newest = &sample;
      }
      if (newest != nullptr && !base::is_stale(newest->v)) out.vector[series.labels] = newest->v;
    }
    return out;
  }

  Windows windows(const Expr& argument) const {
    const Expr& expr = unparen(argument);
    return expr.kind == ExprKind::kSubquery ? subquery(as<Subquery>(expr))
                                            : matrix(as<MatrixSelector>(expr));
  }

  Windows matrix(const MatrixSelector& node) const {
    Windows out;
    const base::TimestampMs at = shifted(node.selector->shift);
    for (const StoredSeries& series : reference_.data_) {
      if (!matches(series.labels, node.selector->matchers)) continue;
      SlowWindow window{{}, at - node.range, at, t_};
      for (const base::Sample& sample : series.samples) {
        if (sample.t > window.from && sample.t <= at && !base::is_stale(sample.v)) {
          window.samples.push_back(sample);
        }
      }
      if (!window.samples.empty()) out[series.labels] = std::move(window);
    }
    return out;
  }

  Windows subquery(const Subquery& node) const {
    Windows out;
    const base::TimestampMs at = shifted(node.shift);
    const base::TimestampMs from = at - node.range;
    // Steps are multiples of the step width, whatever the query's own start is.
    base::TimestampMs t =
        node.step * static_cast<base::TimestampMs>(
                        std::floor(static_cast<double>(from) / static_cast<double>(node.step)));
    while (t <= from) t += node.step;
    for (; t <= at; t += node.step) {
      const StepValue inner = Step(reference_, t, start_, end_).value(*node.expr);
      if (inner.is_scalar) throw QueryFails{"a subquery of a scalar"};
      for (const auto& [labels, v] : inner.vector) {
        SlowWindow& window = out[labels];
        window.from = from;
        window.to = at;
        window.step = t_;
        window.samples.push_back({t, v});
      }
    }
    return out;
  }

  StepValue call(const Call& node) const {
    const std::string_view name = node.function->name;
    if (name == "time") return scalar_of(static_cast<double>(t_) / 1000);
    if (name == "vector") {
      StepValue out;
      out.vector[{}] = value(*node.args[0]).scalar;
      return out;
    }
    if (name == "scalar") {
      const StepValue in = value(*node.args[0]);
      return scalar_of(in.vector.size() == 1 ? in.vector.begin()->second
                                             : std::numeric_limits<double>::quiet_NaN());
    }
    if (name == "absent" || name == "absent_over_time") return absent(node);
    if (name == "histogram_quantile") return histogram_quantile(node);
    for (const ValueType type : node.function->args) {
      if (type == ValueType::kMatrix) return range_call(node);
    }
    return math_call(node);
  }

  StepValue absent(const Call& node) const {
    const bool is_range = node.function->args[0] == ValueType::kMatrix;
    const bool is_there =
        is_range ? !windows(*node.args[0]).empty() : !value(*node.args[0]).vector.empty();
    StepValue out;
    if (!is_there) out.vector[labels_of_absent(*node.args[0])] = 1;
    return out;
  }

  StepValue range_call(const Call& node) const {
    double param = 0;
    const Expr* matrix = nullptr;
    for (size_t i = 0; i < node.args.size(); ++i) {
      if (node.function->args[i] == ValueType::kMatrix) {
        matrix = node.args[i].get();
      } else {
        param = value(*node.args[i]).scalar;
      }
    }
    StepValue out;
    for (const auto& [labels, window] : windows(*matrix)) {
      double v = 0;
      if (!slow_range_function(node.function->name, window, param, v)) continue;
      add_unique(out, keeps_name(node.function->name) ? labels : without_name(labels), v);
    }
    return out;
  }

  StepValue math_call(const Call& node) const {
    std::vector<double> params;
    for (size_t i = 1; i < node.args.size(); ++i) params.push_back(value(*node.args[i]).scalar);
    StepValue out;
    for (const auto& [labels, v] : value(*node.args[0]).vector) {
      add_unique(out, without_name(labels), slow_math_function(node.function->name, v, params));
    }
    return out;
  }

  StepValue histogram_quantile(const Call& node) const {
    const double q = value(*node.args[0]).scalar;
    std::map<LabelMap, std::map<double, double>> histograms;
    for (const auto& [labels, v] : value(*node.args[1]).vector) {
      LabelMap rest = without_name(labels);
      const std::optional<double> bound = base::parse_float(rest["le"]);
      rest.erase("le");
      if (bound) histograms[rest][*bound] += v;
    }
    StepValue out;
    for (const auto& [labels, buckets] : histograms) {
      add_unique(out, labels, slow_bucket_quantile(q, buckets));
    }
    return out;
  }

  const Reference& reference_;
  base::TimestampMs t_;
  base::TimestampMs start_;
  base::TimestampMs end_;
};

StepValue Reference::evaluate(const Expr& expr, base::TimestampMs t, base::TimestampMs start,
                              base::TimestampMs end) const {
  return Step(*this, t, start, end).value(expr);
}

}  // namespace tocsin::promql::test
