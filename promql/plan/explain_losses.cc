// Series that went into an operator and did not come out.
#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "promql/eval/vector_match.h"
#include "promql/plan/explain_parts.h"
#include "promql/syntax/print_parts.h"

namespace tocsin::promql {

void LossBuilder::lose(LostSeries series, double rank) {
  ++loss_.series;
  if (std::isnan(rank)) rank = std::numeric_limits<double>::infinity();
  const auto place = std::upper_bound(ranks_.begin(), ranks_.end(), rank);
  const auto at = place - ranks_.begin();
  if (static_cast<size_t>(at) == Loss::kExamplesMax) return;
  ranks_.insert(place, rank);
  loss_.examples.insert(loss_.examples.begin() + at, std::move(series));
  if (ranks_.size() <= Loss::kExamplesMax) return;
  ranks_.pop_back();
  loss_.examples.pop_back();
}

void LossBuilder::offer(const base::Labels& labels) {
  if (loss_.offered.size() < Loss::kOfferedMax) loss_.offered.push_back(labels);
}

void LossBuilder::add_to(ExplainNode& node) && {
  if (loss_.series != 0) node.losses.push_back(std::move(loss_));
}

namespace {

/// An operand. What does not depend on the step was evaluated at one only.
class Operand {
 public:
  explicit Operand(const Observation& seen) : seen_(seen) {}
  size_t rows() const { return seen_.frame.rows; }
  const base::Labels& labels(size_t row) const { return seen_.schema->labels[row]; }
  bool has(size_t step, size_t row) const { return seen_.frame.has(at(step), row); }
  bool has_any(size_t row) const { return seen_.has_any(row); }
  bool is_histogram(size_t step, size_t row) const {
    return seen_.frame.is_histogram(at(step), row);
  }
  double value(size_t step, size_t row) const { return seen_.frame.at(at(step), row); }

 private:
  size_t at(size_t step) const { return seen_.frame.steps == 1 ? 0 : step; }
  const Observation& seen_;
};

bool holds(BinaryOp op, double a, double b) {
  switch (op) {
    case BinaryOp::kEqual:
      return a == b;
    case BinaryOp::kNotEqual:
      return a != b;
    case BinaryOp::kLess:
      return a < b;
    case BinaryOp::kLessEqual:
      return a <= b;
    case BinaryOp::kGreater:
      return a > b;
    case BinaryOp::kGreaterEqual:
      return a >= b;
    case BinaryOp::kAdd:
    case BinaryOp::kSub:
    case BinaryOp::kMul:
    case BinaryOp::kDiv:
    case BinaryOp::kMod:
    case BinaryOp::kPow:
    case BinaryOp::kAtan2:
    case BinaryOp::kTrimUpper:
    case BinaryOp::kTrimLower:
    case BinaryOp::kAnd:
    case BinaryOp::kOr:
    case BinaryOp::kUnless:
      break;
  }
  return true;
}

/// The comparison that came nearest to holding, over all steps of one series.
struct Nearest {
  bool passed = false;
  std::optional<double> value;
  std::optional<double> limit;
  double distance = std::numeric_limits<double>::infinity();

  /// `first`: `own` stands on the left of the operator.
  void compare(BinaryOp op, double own, double other, bool first) {
    passed = passed || (first ? holds(op, own, other) : holds(op, other, own));
    const double d = std::fabs(own - other);
    // A distance that is no number counts only when there is no other.
    if (value && !(d < distance)) return;
    value = own;
    limit = other;
    distance = std::isnan(d) ? std::numeric_limits<double>::infinity() : d;
  }
};

void explain_scalar_comparison(const BinaryExpr& binary, const Operand& vector,
                               const Operand& scalar, const Grid& grid, ExplainNode& node) {
  const bool first = type_of(*binary.lhs) == ValueType::kVector;
  const bool is_written = (first ? binary.rhs : binary.lhs)->kind == ExprKind::kNumber;
  LossBuilder loss(LossReason::kCompared, node.title);
  for (size_t row = 0; row < vector.rows(); ++row) {
    if (!vector.has_any(row)) continue;
    loss.count();
    Nearest nearest;
    for (size_t step = 0; step < grid.steps; ++step) {
      if (!vector.has(step, row) || vector.is_histogram(step, row)) continue;
      nearest.compare(binary.op, vector.value(step, row), scalar.value(step, 0), first);
    }
    if (nearest.passed) continue;
    LostSeries lost;
    lost.labels = vector.labels(row);
    lost.value = nearest.value;
    if (!is_written) lost.limit = nearest.limit;
    loss.lose(std::move(lost), nearest.distance);
  }
  std::move(loss).add_to(node);
}

/// Rows by the labels that the operator matches.
class Partners {
 public:
  Partners(const Operand& side, const MatchKey& key) : side_(side), key_(key) {
    for (size_t row = 0; row < side.rows(); ++row) {
      if (side.has_any(row)) rows_[key.of(side.labels(row))].push_back(row);
    }
  }
  /// Rows that share the matching labels of `labels`.
  const std::vector<size_t>& of(const base::Labels& labels) const {
    static const std::vector<size_t> kNone;
    const auto found = rows_.find(key_.of(labels));
    return found == rows_.end() ? kNone : found->second;
  }
  /// Whether one of them has a sample at `step`.
  bool meets(const base::Labels& labels, size_t step) const {
    return std::ranges::any_of(of(labels), [&](size_t row) { return side_.has(step, row); });
  }
  void offer_to(LossBuilder& loss) const {
    std::vector<base::Labels> keys;
    for (const auto& entry : rows_) keys.push_back(entry.first);
    const size_t shown = std::min(keys.size(), Loss::kOfferedMax);
    std::partial_sort(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(shown), keys.end());
    for (size_t i = 0; i < shown; ++i) loss.offer(keys[i]);
  }

 private:
  const Operand& side_;
  const MatchKey& key_;
  std::unordered_map<base::Labels, std::vector<size_t>, base::LabelsHash> rows_;
};

/// "on (instance)", or how matching is said that is not written.
std::string matching_text(const VectorMatching& matching) {
  std::string out = matching.on ? "on (" : "ignoring (";
  if (!matching.on && matching.labels.empty()) return "all labels";
  for (size_t i = 0; i < matching.labels.size(); ++i) {
    out += (i == 0 ? "" : ", ") + matching.labels[i];
  }
  return out + ")";
}

/// Two operands, seen from one of them.
struct Sides {
  const Operand& own;
  const Operand& other;
  std::string name;  ///< Of `own`: "left" or "right".
  const Grid& grid;
};

/// Series that have no partner at any of their steps, or, for unless and or, that have one at all
/// of them.
void explain_partners(const Sides& sides, const VectorMatching& matching, LossReason reason,
                      ExplainNode& node) {
  const MatchKey key(matching);
  const Partners partners(sides.other, key);
  LossBuilder loss(reason, matching_text(matching), sides.name);
  const bool wants_partner = reason == LossReason::kNoPartner;
  for (size_t row = 0; row < sides.own.rows(); ++row) {
    if (!sides.own.has_any(row)) continue;
    loss.count();
    const base::Labels& labels = sides.own.labels(row);
    bool passed = false;
    for (size_t step = 0; step < sides.grid.steps && !passed; ++step) {
      passed = sides.own.has(step, row) && partners.meets(labels, step) == wants_partner;
    }
    if (passed) continue;
    LostSeries lost;
    lost.labels = labels;
    if (wants_partner) lost.wanted = key.of(labels);
    loss.lose(std::move(lost), 0);
  }
  if (wants_partner) partners.offer_to(loss);
  std::move(loss).add_to(node);
}

/// Series whose comparison with their partner never holds.
void explain_joined_comparison(const BinaryExpr& binary, const VectorMatching& matching,
                               const Sides& sides, ExplainNode& node) {
  const MatchKey key(matching);
  const Partners partners(sides.other, key);
  LossBuilder loss(LossReason::kCompared, node.title);
  for (size_t row = 0; row < sides.own.rows(); ++row) {
    Nearest nearest;
    for (size_t step = 0; step < sides.grid.steps; ++step) {
      if (!sides.own.has(step, row) || sides.own.is_histogram(step, row)) continue;
      for (const size_t partner : partners.of(sides.own.labels(row))) {
        if (!sides.other.has(step, partner) || sides.other.is_histogram(step, partner)) continue;
        nearest.compare(binary.op, sides.own.value(step, row), sides.other.value(step, partner),
                        sides.name == "left");
      }
    }
    if (!nearest.value) continue;  // Without a partner: told elsewhere.
    loss.count();
    if (nearest.passed) continue;
    LostSeries lost;
    lost.labels = sides.own.labels(row);
    lost.value = nearest.value;
    lost.limit = nearest.limit;
    loss.lose(std::move(lost), nearest.distance);
  }
  std::move(loss).add_to(node);
}

void explain_join(const BinaryExpr& binary, const VectorMatching& matching, const Sides& left,
                  const Sides& right, ExplainNode& node) {
  const bool right_is_many = matching.cardinality == MatchCardinality::kOneToMany;
  const Sides& many = right_is_many ? right : left;
  const Sides& one = right_is_many ? left : right;
  // As upstream, fill_left stands in on the many-side.
  if (!matching.fill_right) explain_partners(many, matching, LossReason::kNoPartner, node);
  const bool one_to_one = matching.cardinality == MatchCardinality::kOneToOne;
  if (one_to_one && !matching.fill_left)
    explain_partners(one, matching, LossReason::kNoPartner, node);
  if (is_comparison(binary.op) && !binary.return_bool)
    explain_joined_comparison(binary, matching, many, node);
}

}  // namespace

void explain_binary(const BinaryExpr& binary, const PlanWatch& watch, ExplainNode& node) {
  const Observation* left = watch.of(*binary.lhs);
  const Observation* right = watch.of(*binary.rhs);
  const Observation* out = watch.of(binary);
  if (left == nullptr || right == nullptr || out == nullptr) return;
  if (!left->ran || !right->ran || !out->ran) return;
  const Operand lhs(*left);
  const Operand rhs(*right);
  const Grid& grid = out->grid;
  const bool left_vector = type_of(*binary.lhs) == ValueType::kVector;
  const bool right_vector = type_of(*binary.rhs) == ValueType::kVector;
  if (!left_vector || !right_vector) {
    if (!is_comparison(binary.op) || binary.return_bool || left_vector == right_vector) return;
    explain_scalar_comparison(binary, left_vector ? lhs : rhs, left_vector ? rhs : lhs, grid, node);
    return;
  }
  const VectorMatching matching = binary.matching.value_or(VectorMatching{});
  const Sides from_left{lhs, rhs, "left", grid};
  const Sides from_right{rhs, lhs, "right", grid};
  if (binary.op == BinaryOp::kAnd) {
    explain_partners(from_left, matching, LossReason::kNoPartner, node);
  } else if (binary.op == BinaryOp::kUnless) {
    explain_partners(from_left, matching, LossReason::kPartner, node);
  } else if (binary.op == BinaryOp::kOr) {
    explain_partners(from_right, matching, LossReason::kPartner, node);
  } else {
    explain_join(binary, matching, from_left, from_right, node);
  }
}

namespace {

using LabelSet = std::unordered_set<base::Labels, base::LabelsHash>;

LabelSet nameless_rows(const Observation& seen) {
  LabelSet out;
  for (size_t row = 0; row < seen.frame.rows; ++row) {
    if (seen.has_any(row)) out.insert(seen.schema->labels[row].without_name());
  }
  return out;
}

/// The last float of a row.
std::optional<double> last_value(const Frame& frame, size_t row) {
  for (size_t step = frame.steps; step-- > 0;) {
    if (frame.has(step, row) && !frame.is_histogram(step, row)) return frame.at(step, row);
  }
  return std::nullopt;
}

}  // namespace

void explain_dropped(const Observation& in, const Observation& out, LossReason reason,
                     std::string by, ExplainNode& node) {
  const LabelSet kept = nameless_rows(out);
  LossBuilder loss(reason, std::move(by));
  for (size_t row = 0; row < in.frame.rows; ++row) {
    if (!in.has_any(row)) continue;
    loss.count();
    const base::Labels& labels = in.schema->labels[row];
    if (kept.contains(labels.without_name())) continue;
    LostSeries lost;
    lost.labels = labels;
    lost.value = last_value(in.frame, row);
    loss.lose(std::move(lost), 0);
  }
  std::move(loss).add_to(node);
}

void explain_range_call(const Observation& in, const Observation& out, uint64_t samples_min,
                        std::string by, ExplainNode& node) {
  const LabelSet kept = nameless_rows(out);
  LossBuilder too_few(LossReason::kTooFew, by);
  LossBuilder no_value(LossReason::kNoValue, std::move(by));
  for (size_t row = 0; row < in.windows.size(); ++row) {
    if (!in.windows[row].in_any) continue;
    too_few.count();
    no_value.count();
    const base::Labels& labels = in.schema->labels[row];
    if (kept.contains(labels.without_name())) continue;
    LostSeries lost;
    lost.labels = labels;
    lost.samples = in.windows[row].samples;
    const bool few = in.windows[row].samples < samples_min;
    (few ? too_few : no_value).lose(std::move(lost), 0);
  }
  std::move(too_few).add_to(node);
  std::move(no_value).add_to(node);
}

}  // namespace tocsin::promql
