// Time as upstream counts it: milliseconds in 64 bits, instants since the Unix epoch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tocsin::base {

using TimestampMs = int64_t;  ///< Milliseconds since 1970-01-01T00:00:00Z.
using DurationMs = int64_t;   ///< Milliseconds.

inline constexpr DurationMs kSecond = 1000;
inline constexpr DurationMs kMinute = 60 * kSecond;
inline constexpr DurationMs kHour = 60 * kMinute;
inline constexpr DurationMs kDay = 24 * kHour;

/// Parses a Prometheus duration: units y w d h m s ms in this order, each at most once, integers
/// only ("1h30m", "0"). Fails with upstream's texts ("not a valid duration string: \"x\"",
/// "empty duration string", "duration out of range").
/// Source: prometheus/common model/time.go ParseDuration.
Result<DurationMs> parse_duration(std::string_view text);

/// As parse_duration, with an optional leading '-' (upstream's ParseDurationAllowNegative).
Result<DurationMs> parse_signed_duration(std::string_view text);

/// Upstream's Duration.String(): y and w only when they divide exactly; 0 is "0s"; negative values
/// get a leading '-'. 5400000 → "1h30m".
std::string format_duration(DurationMs duration);

/// Go's time.Duration.String(), as seen in logs and templates: "1h30m0s", "1.5s", "100ms", "0s".
std::string format_go_duration(int64_t nanoseconds);

/// RFC 3339 in UTC with milliseconds ("2026-01-02T03:04:05.678Z"), always three digits.
std::string format_rfc3339_ms(TimestampMs t);

/// RFC 3339 in UTC, the fraction trimmed of trailing zeros and left out when zero (Go's
/// RFC3339Nano).
std::string format_rfc3339(TimestampMs t);

/// Parses RFC 3339 with any offset and fraction (truncated to ms).
Result<TimestampMs> parse_rfc3339(std::string_view text);

}  // namespace tocsin::base
