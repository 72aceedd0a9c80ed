// Rows in the order of their label sets.
#pragma once

#include <cstdint>
#include <vector>

#include "promql/eval/row_labels.h"

namespace tocsin::promql {

/// Row numbers sorted by label set; equal ones keep their order. Compares numbers, not strings: the
/// strings are sorted once, each distinct one by itself.
std::vector<uint32_t> sorted_by_labels(const RowLabels& rows);

}  // namespace tocsin::promql
