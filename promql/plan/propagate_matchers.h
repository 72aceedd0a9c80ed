// Rewrite: what one side of a join is known to match, the other side is asked for, too.
//
//   before  up and on (job) build_info{job="api", version="3"}
//   after   up{job="api"} and on (job) build_info{job="api", version="3"}
//
//   before  sum by (job) (rate(errors_total{job=~"a.*"}[5m])) / on (job) max by (job) (limit)
//   after   the same: max() tells of histograms, also of those that meet no partner
//
// Only where result, errors and annotations stay what they are:
//
//   and     both ways
//   unless  from left to right
//   + > …   from the one-side to the many-side: who meets no partner there is not missed. To the
//           one-side only if it cannot have duplicates, which are errors even without partners.
//   or      not at all, nor with fill modifiers
//
// Labels are those that both sides must share. Matchers end in instant selectors, and on their way
// pass set operators, count, group and the functions that say nothing of their samples.
#pragma once

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// Adds matchers to selectors (VectorSelector::pushed). Requires that parentheses around arguments
/// are gone. A join with duplicates on its one-side fails unless the many-side is empty: see
/// BinaryVector::narrowed_from().
void propagate_matchers(Expr& expr);

}  // namespace tocsin::promql
