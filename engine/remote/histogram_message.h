// The protobuf Histogram of remote write as a float histogram.
#pragma once

#include <optional>
#include <string_view>

#include "engine/remote/write_request.h"

namespace tocsin::remote {

/// Integer histograms become float ones: deltas are summed up to absolute counts. nullopt when
/// it is not valid (histogram_check.h). Throws protozero::exception on a broken message.
std::optional<TimedHistogram> parse_histogram_message(std::string_view message);

}  // namespace tocsin::remote
