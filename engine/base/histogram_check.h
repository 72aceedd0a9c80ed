// Whether a native histogram from outside makes sense.
#pragma once

#include "engine/base/histogram.h"

namespace tocsin::base {

/// Nothing else may enter a store or a query: the schema exists, spans describe exactly the buckets
/// there are and do not run backwards, no count is negative, and custom bounds ascend, are not +Inf
/// and suffice for the spans. Source: prometheus model/histogram/float_histogram.go Validate.
bool is_valid(const FloatHistogram& h);

}  // namespace tocsin::base
