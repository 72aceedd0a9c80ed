// Aggregations that choose among rows, and those that fold them.
#pragma once

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// True when results are rows of the operand under their own labels.
inline bool chooses_rows(AggregateOp op) {
  switch (op) {
    case AggregateOp::kTopk:
    case AggregateOp::kBottomk:
    case AggregateOp::kLimitk:
    case AggregateOp::kLimitRatio:
      return true;
    case AggregateOp::kSum:
    case AggregateOp::kAvg:
    case AggregateOp::kCount:
    case AggregateOp::kMin:
    case AggregateOp::kMax:
    case AggregateOp::kGroup:
    case AggregateOp::kStddev:
    case AggregateOp::kStdvar:
    case AggregateOp::kCountValues:
    case AggregateOp::kQuantile:
      return false;
  }
  return false;
}

}  // namespace tocsin::promql
