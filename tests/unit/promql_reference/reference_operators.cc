// Aggregations and binary operators of the reference evaluator.
#include <algorithm>
#include <cmath>
#include <set>

#include "reference.h"

namespace tocsin::promql::test {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

LabelMap group_of(const LabelMap& labels, const AggregateExpr& expr) {
  LabelMap out;
  for (const auto& [name, value] : labels) {
    const bool is_named = contains(expr.grouping, name);
    if (expr.without ? !is_named && name != "__name__" : is_named) out[name] = value;
  }
  return out;
}

struct Member {
  LabelMap labels;
  double v;
};

double reduce(AggregateOp op, double param, const std::vector<Member>& members) {
  long double total = 0;
  std::vector<double> values;
  for (const Member& member : members) {
    total += member.v;
    values.push_back(member.v);
  }
  const auto n = static_cast<long double>(members.size());
  switch (op) {
    case AggregateOp::kSum:
      return static_cast<double>(total);
    case AggregateOp::kAvg:
      return static_cast<double>(total / n);
    case AggregateOp::kCount:
      return static_cast<double>(n);
    case AggregateOp::kGroup:
      return 1;
    case AggregateOp::kQuantile:
      return slow_quantile(param, values);
    case AggregateOp::kMin:
    case AggregateOp::kMax: {
      double out = values[0];
      for (const double v : values) {
        if (std::isnan(out) || (op == AggregateOp::kMin ? v < out : v > out)) out = v;
      }
      return out;
    }
    case AggregateOp::kStdvar:
    case AggregateOp::kStddev: {
      long double squares = 0;
      for (const double v : values) squares += (v - total / n) * (v - total / n);
      const auto variance = static_cast<double>(squares / n);
      return op == AggregateOp::kStdvar ? variance : std::sqrt(variance);
    }
    case AggregateOp::kTopk:
    case AggregateOp::kBottomk:
    case AggregateOp::kCountValues:
    case AggregateOp::kLimitk:
    case AggregateOp::kLimitRatio:
      break;
  }
  throw QueryFails{"the reference knows no " + std::string(to_string(op))};
}

void keep_first(StepValue& out, AggregateOp op, double k, std::vector<Member> members) {
  const bool is_top = op == AggregateOp::kTopk;
  std::sort(members.begin(), members.end(), [is_top](const Member& a, const Member& b) {
    if (std::isnan(a.v) || std::isnan(b.v)) return !std::isnan(a.v) && std::isnan(b.v);
    return is_top ? a.v > b.v : a.v < b.v;
  });
  for (size_t i = 0; i < members.size() && static_cast<double>(i) < std::floor(k); ++i) {
    out.vector[members[i].labels] = members[i].v;
  }
}

double arithmetic(BinaryOp op, double a, double b) {
  switch (op) {
    case BinaryOp::kAdd:
      return a + b;
    case BinaryOp::kSub:
      return a - b;
    case BinaryOp::kMul:
      return a * b;
    case BinaryOp::kDiv:
      return a / b;
    case BinaryOp::kMod:
      return std::fmod(a, b);
    case BinaryOp::kPow:
      return std::pow(a, b);
    case BinaryOp::kAtan2:
      return std::atan2(a, b);
    case BinaryOp::kEqual:
      return a == b ? 1 : 0;
    case BinaryOp::kNotEqual:
      return a != b ? 1 : 0;
    case BinaryOp::kLess:
      return a < b ? 1 : 0;
    case BinaryOp::kLessEqual:
      return a <= b ? 1 : 0;
    case BinaryOp::kGreater:
      return a > b ? 1 : 0;
    case BinaryOp::kGreaterEqual:
      return a >= b ? 1 : 0;
    case BinaryOp::kTrimUpper:
    case BinaryOp::kTrimLower:
    case BinaryOp::kAnd:
    case BinaryOp::kOr:
    case BinaryOp::kUnless:
      break;
  }
  throw QueryFails{"the reference knows no " + std::string(to_string(op))};
}

bool drops_name(const BinaryExpr& expr) { return !is_comparison(expr.op) || expr.return_bool; }

LabelMap match_key(const LabelMap& labels, const VectorMatching& matching) {
  LabelMap out;
  for (const auto& [name, value] : labels) {
    const bool is_named = contains(matching.labels, name);
    if (matching.on ? is_named : !is_named && name != "__name__") out[name] = value;
  }
  return out;
}

LabelMap joined_labels(const LabelMap& many, const LabelMap& one, const BinaryExpr& expr) {
  const VectorMatching& matching = *expr.matching;
  LabelMap out = many;
  if (drops_name(expr)) out.erase("__name__");
  if (matching.cardinality == MatchCardinality::kOneToOne) {
    std::erase_if(out, [&](const auto& label) {
      return contains(matching.labels, label.first) != matching.on;
    });
  }
  for (const std::string& name : matching.include) {
    out.erase(name);
    if (const auto found = one.find(name); found != one.end()) out[name] = found->second;
  }
  return out;
}

StepValue join(const BinaryExpr& expr, const StepValue& lhs, const StepValue& rhs) {
  StepValue out;
  if (lhs.vector.empty() || rhs.vector.empty()) return out;
  const VectorMatching& matching = *expr.matching;
  const bool is_swapped = matching.cardinality == MatchCardinality::kOneToMany;
  const StepValue& many = is_swapped ? rhs : lhs;
  const StepValue& one = is_swapped ? lhs : rhs;
  std::map<LabelMap, std::pair<LabelMap, double>> by_key;
  for (const auto& [labels, v] : one.vector) {
    if (!by_key.emplace(match_key(labels, matching), std::pair(labels, v)).second) {
      throw QueryFails{"duplicate series on the one side"};
    }
  }
  std::set<std::pair<LabelMap, LabelMap>> matched;  // What came out of each key.
  const bool is_one_to_one = matching.cardinality == MatchCardinality::kOneToOne;
  for (const auto& [labels, v] : many.vector) {
    const LabelMap key = match_key(labels, matching);
    const auto found = by_key.find(key);
    if (found == by_key.end()) continue;
    const auto& [one_labels, one_v] = found->second;
    const double left = is_swapped ? one_v : v;
    const double right = is_swapped ? v : one_v;
    const double result = arithmetic(expr.op, left, right);
    const LabelMap joined = joined_labels(labels, one_labels, expr);
    if (!matched.emplace(key, is_one_to_one ? LabelMap{} : joined).second) {
      throw QueryFails{"multiple matches"};  // Whether the comparison keeps them or not.
    }
    const bool is_filter = is_comparison(expr.op) && !expr.return_bool;
    if (!is_filter) add_unique(out, joined, result);
    if (is_filter && result != 0) add_unique(out, joined, left);
  }
  return out;
}

StepValue set_operation(const BinaryExpr& expr, const StepValue& lhs, const StepValue& rhs) {
  std::set<LabelMap> left;
  std::set<LabelMap> right;
  for (const auto& [labels, v] : lhs.vector) left.insert(match_key(labels, *expr.matching));
  for (const auto& [labels, v] : rhs.vector) right.insert(match_key(labels, *expr.matching));
  StepValue out;
  for (const auto& [labels, v] : lhs.vector) {
    const bool is_matched = right.count(match_key(labels, *expr.matching)) != 0;
    if (expr.op == BinaryOp::kOr || is_matched == (expr.op == BinaryOp::kAnd)) {
      add_unique(out, labels, v);
    }
  }
  for (const auto& [labels, v] : rhs.vector) {
    const bool is_matched = left.count(match_key(labels, *expr.matching)) != 0;
    if (expr.op == BinaryOp::kOr && !is_matched) add_unique(out, labels, v);
  }
  return out;
}

StepValue with_scalar(const BinaryExpr& expr, const StepValue& lhs, const StepValue& rhs) {
  const StepValue& vector = lhs.is_scalar ? rhs : lhs;
  StepValue out;
  for (const auto& [labels, v] : vector.vector) {
    const double left = lhs.is_scalar ? lhs.scalar : v;
    const double right = rhs.is_scalar ? rhs.scalar : v;
    double result = arithmetic(expr.op, left, right);
    if (is_comparison(expr.op) && !expr.return_bool) {
      if (result == 0) continue;
      result = v;
    }
    LabelMap kept = labels;
    if (drops_name(expr)) kept.erase("__name__");
    add_unique(out, kept, result);
  }
  return out;
}

}  // namespace

StepValue slow_aggregate(const AggregateExpr& expr, const StepValue& param, const StepValue& in) {
  std::map<LabelMap, std::vector<Member>> groups;
  for (const auto& [labels, v] : in.vector) groups[group_of(labels, expr)].push_back({labels, v});
  StepValue out;
  for (const auto& [labels, members] : groups) {
    if (expr.op == AggregateOp::kTopk || expr.op == AggregateOp::kBottomk) {
      keep_first(out, expr.op, param.scalar, members);
    } else {
      out.vector[labels] = reduce(expr.op, param.scalar, members);
    }
  }
  return out;
}

StepValue slow_binary(const BinaryExpr& expr, const StepValue& lhs, const StepValue& rhs) {
  if (is_set_operator(expr.op)) return set_operation(expr, lhs, rhs);
  if (!lhs.is_scalar && !rhs.is_scalar) return join(expr, lhs, rhs);
  if (!lhs.is_scalar || !rhs.is_scalar) return with_scalar(expr, lhs, rhs);
  StepValue out;
  out.is_scalar = true;
  out.scalar = arithmetic(expr.op, lhs.scalar, rhs.scalar);
  return out;
}

}  // namespace tocsin::promql::test
