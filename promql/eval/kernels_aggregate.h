// Aggregations of the float samples of one group.
#pragma once

#include <span>

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// The result for one group. values: its samples in label order, at least one; may be reordered.
/// param: the quantile, else unused. Source: prometheus:promql/engine.go aggregation.
using AggregateKernel = double (*)(std::span<double> values, double param);

/// Of sum avg min max count group stddev stdvar quantile; nullptr for the others.
AggregateKernel aggregate_kernel(AggregateOp op);

}  // namespace tocsin::promql
