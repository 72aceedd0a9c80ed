// The samples of a query's result as the evaluator left them: by step.
#pragma once

#include <memory>
#include <vector>

#include "promql/eval/frame.h"
#include "promql/eval/query.h"

namespace tocsin::promql {

struct SampleTable {
  std::shared_ptr<const Schema> schema;
  std::vector<uint32_t> rows;  ///< In the order of the result; may have rows without a sample.
  Grid grid;
  Frame frame;
};

}  // namespace tocsin::promql
