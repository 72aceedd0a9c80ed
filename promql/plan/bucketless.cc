#include "promql/plan/bucketless.h"

#include <string_view>

#include "promql/eval/histogram_binary.h"
#include "promql/plan/walk.h"
#include "promql/syntax/functions.h"

namespace tocsin::promql {
namespace {

using Found = std::unordered_set<const VectorSelector*>;

bool counts_only(const Expr& expr) {
  if (expr.kind != ExprKind::kCall) return false;
  const std::string_view name = as<Call>(expr).function->name;
  return name == "histogram_count" || name == "histogram_sum" || name == "histogram_avg";
}

/// A subquery skips samples, so what resets there were can only be told from buckets.
bool needs_buckets(const Expr& expr) {
  if (expr.kind == ExprKind::kSubquery) return true;
  if (expr.kind == ExprKind::kBinary) return is_trim(as<BinaryExpr>(expr).op);
  if (expr.kind != ExprKind::kCall) return false;
  const std::string_view name = as<Call>(expr).function->name;
  return name == "histogram_quantile" || name == "histogram_quantiles" ||
         name == "histogram_fraction";
}

void visit(Expr& expr, bool counted, Found& found) {
  if (needs_buckets(expr)) return;
  counted = counted || counts_only(expr);
  if (counted && expr.kind == ExprKind::kVectorSelector) found.insert(&as<VectorSelector>(expr));
  if (counted && expr.kind == ExprKind::kMatrixSelector) {
    found.insert(as<MatrixSelector>(expr).selector.get());
  }
  for_each_child(expr, [&](ExprPtr& child) { visit(*child, counted, found); });
}

}  // namespace

Found find_bucketless_selectors(Expr& root) {
  Found found;
  visit(root, false, found);
  return found;
}

}  // namespace tocsin::promql
