// Frames → results with labels and timestamps.
#pragma once

#include <vector>

#include "promql/eval/operator.h"
#include "promql/eval/range_input.h"

namespace tocsin::promql {

/// The steps of a range. Fails with kInvalid when it has none.
base::Result<Grid> to_grid(const EvalRange& range);

/// What `root` found: instant vectors in the order it left, matrices sorted by labels.
void collect_values(Operator& root, const Grid& grid, bool is_range, QueryResult& result);

/// The same as a table, to which the samples of `root` go.
void collect_table(Operator& root, const Grid& grid, bool is_range, QueryResult& result);

/// The samples in the window of the (only) step, sorted by labels.
base::Result<std::vector<ResultSeries>> collect_windows(RangeInput& input, const Grid& grid,
                                                        Run& run);

}  // namespace tocsin::promql
