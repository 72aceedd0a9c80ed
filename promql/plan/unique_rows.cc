#include "promql/plan/unique_rows.h"

#include <algorithm>

#include "promql/eval/kernels_math.h"
#include "promql/eval/range_functions.h"
#include "promql/plan/chooses_rows.h"
#include "promql/plan/matchers.h"
#include "promql/syntax/functions.h"

namespace tocsin::promql {
namespace {

/// Series differ in some label: one of the key, unless all others are fixed.
bool selects_unique_rows(const base::Matchers& matchers, const LabelChoice& key) {
  if (!key.without) return false;
  return std::ranges::all_of(
      key.names, [&matchers](const std::string& ignored) { return fix_label(matchers, ignored); });
}

/// Groups differ in some label of their own.
bool has_unique_groups(const AggregateExpr& aggregate, const LabelChoice& key) {
  if (aggregate.without) {
    return key.without && std::ranges::all_of(key.names, [&](const std::string& ignored) {
             return ignored == base::kMetricName ||
                    std::ranges::find(aggregate.grouping, ignored) != aggregate.grouping.end();
           });
  }
  return std::ranges::all_of(aggregate.grouping,
                             [&key](const std::string& label) { return key.has(label); });
}

bool has_unique_rows(const AggregateExpr& aggregate, const LabelChoice& key) {
  if (chooses_rows(aggregate.op)) return has_unique_rows(*aggregate.expr, key);
  return aggregate.op != AggregateOp::kCountValues && has_unique_groups(aggregate, key);
}

/// Of a function that gives each row of its only vector a value, under the row's own labels.
const Expr* rows_of(const Call& call) {
  const std::string_view name = call.function->name;
  if (find_range_function(name) == nullptr && find_math_function(name) == nullptr) return nullptr;
  for (const ExprPtr& arg : call.args) {
    const ValueType type = type_of(*arg);
    if (type == ValueType::kVector || type == ValueType::kMatrix) return arg.get();
  }
  return nullptr;
}

bool has_unique_rows(const BinaryExpr& binary, const LabelChoice& key) {
  if (type_of(*binary.lhs) == ValueType::kScalar) return has_unique_rows(*binary.rhs, key);
  if (type_of(*binary.rhs) == ValueType::kScalar) return has_unique_rows(*binary.lhs, key);
  const bool keeps_left = binary.op == BinaryOp::kAnd || binary.op == BinaryOp::kUnless;
  return keeps_left && has_unique_rows(*binary.lhs, key);
}

}  // namespace

bool has_unique_rows(const Expr& expr, const LabelChoice& key) {
  switch (expr.kind) {
    case ExprKind::kNumber:
    case ExprKind::kString:
      return false;
    case ExprKind::kVectorSelector:
      return selects_unique_rows(as<VectorSelector>(expr).matchers, key);
    case ExprKind::kMatrixSelector:
      return selects_unique_rows(as<MatrixSelector>(expr).selector->matchers, key);
    case ExprKind::kSubquery:
      return has_unique_rows(*as<Subquery>(expr).expr, key);
    case ExprKind::kUnary:
      return has_unique_rows(*as<UnaryExpr>(expr).expr, key);
    case ExprKind::kParen:
      return has_unique_rows(*as<ParenExpr>(expr).expr, key);
    case ExprKind::kBinary:
      return has_unique_rows(as<BinaryExpr>(expr), key);
    case ExprKind::kCall: {
      const Expr* const rows = rows_of(as<Call>(expr));
      return rows != nullptr && has_unique_rows(*rows, key);
    }
    case ExprKind::kAggregate:
      return has_unique_rows(as<AggregateExpr>(expr), key);
  }
  return false;
}

}  // namespace tocsin::promql
