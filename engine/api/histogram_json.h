// Native histograms in answers of the query API.
#pragma once

#include <string>

#include "engine/base/histogram.h"

namespace tocsin::api {

/// {"count":"3","sum":"4.5","buckets":[[0,"1","2","3"]]}: of each bucket that is not empty which
/// ends belong to it (0 the upper, 1 the lower, 2 none, 3 both), its bounds and its count. Without
/// buckets there is no such key. Source: prometheus util/jsonutil/marshal.go MarshalHistogram.
void append_histogram(std::string& out, const base::FloatHistogram& h);

}  // namespace tocsin::api
