// The text of a native histogram: {count:3, sum:4.5, (1,2]:3}.
#pragma once

#include <string>

#include "engine/base/histogram.h"

namespace tocsin::promql {

/// As count_values labels and templates show it.
/// Source: prometheus:model/histogram/float_histogram.go String.
std::string histogram_value_text(const base::FloatHistogram& h);

}  // namespace tocsin::promql
