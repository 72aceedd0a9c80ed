// Rewrite: arithmetic on durations becomes milliseconds.
//
//   before  rate(x[step() * 4] offset 2 * 5m)
//   after   rate(x[4m] offset 10m)                 (in a range query with step 1m)
#pragma once

#include "engine/base/status.h"
#include "promql/eval/query.h"

namespace tocsin::promql {

/// Evaluates every duration expression below `expr`. Fails with upstream's texts, which have byte
/// offsets in front ("4:9: division by zero"). Source: prometheus:promql/durations.go.
base::Status resolve_durations(Expr& expr, const EvalRange& range);

}  // namespace tocsin::promql
