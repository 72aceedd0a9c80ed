// Go's durations, which a few timeouts are written in.
#pragma once

#include <string_view>

#include "engine/base/status.h"
#include "engine/base/time.h"

namespace tocsin::notifiers {

/// "1h30m", "500ms", "1.5s"; units ns us µs ms s m h. A bare whole number counts nanoseconds.
/// Rounded down to milliseconds, but never to 0. Negative durations are refused.
/// Source: Go time.ParseDuration, as yaml.v2 decodes a time.Duration.
base::Result<base::DurationMs> parse_go_duration(std::string_view text);

}  // namespace tocsin::notifiers
