#include "promql/plan/row_wise.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "promql/syntax/functions.h"

namespace tocsin::promql {
namespace {

/// Functions that look at several series for one result.
constexpr std::array<std::string_view, 4> kAcrossRows = {"absent", "absent_over_time", "info",
                                                         "scalar"};

bool is_row_wise_call(const Call& call) {
  const auto& names = kAcrossRows;
  if (std::find(names.begin(), names.end(), call.function->name) != names.end()) return false;
  if (call.args.empty()) return call.function->name == "pi";  // The others read the clock.
  return std::all_of(call.args.begin(), call.args.end(),
                     [](const ExprPtr& arg) { return is_row_wise(*arg); });
}

/// Matching on all labels pairs series of one target; any other may pair those of two.
bool matches_all_labels(const VectorMatching& matching) {
  return !matching.on && matching.labels.empty() &&
         (matching.cardinality == MatchCardinality::kOneToOne ||
          matching.cardinality == MatchCardinality::kManyToMany);
}

}  // namespace

bool is_row_wise(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kNumber:
    case ExprKind::kString:
    case ExprKind::kVectorSelector:
    case ExprKind::kMatrixSelector:
      return true;
    case ExprKind::kSubquery:
      return is_row_wise(*as<Subquery>(expr).expr);
    case ExprKind::kUnary:
      return is_row_wise(*as<UnaryExpr>(expr).expr);
    case ExprKind::kParen:
      return is_row_wise(*as<ParenExpr>(expr).expr);
    case ExprKind::kBinary: {
      const auto& binary = as<BinaryExpr>(expr);
      if (binary.matching && !matches_all_labels(*binary.matching)) return false;
      return is_row_wise(*binary.lhs) && is_row_wise(*binary.rhs);
    }
    case ExprKind::kCall:
      return is_row_wise_call(as<Call>(expr));
    case ExprKind::kAggregate:
      return false;
  }
  return false;
}

}  // namespace tocsin::promql
