// Numbers as Go prints and reads them (spec: promql "Float details").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::base {

/// Go's strconv.ParseFloat(s, 64), with upstream's spellings of Inf and NaN (→ kNormalNanBits).
/// nullopt on a syntax error or a value out of range.
std::optional<double> parse_float(std::string_view text);

/// Shortest digits that round-trip, always fixed notation (Go 'f', -1): query literals, API
/// scalars.
void append_fixed(std::string& out, double v);
/// API sample values: fixed, but exponent form when 0 < |v| < 1e-6 or |v| >= 1e21 ("1e-07").
void append_sample(std::string& out, double v);
/// Exponent form with the shortest mantissa (Go 'e', -1): the `value` of alerts ("1e+00").
void append_exponent(std::string& out, double v);
/// Go's 'g', -1, which is also what %v and templates print: shortest digits, exponent form when the
/// decimal exponent is below -4 or at least 6 ("1e+06", "123456", "0.0001", "1e-05").
void append_general(std::string& out, double v);
/// OpenMetrics float: general form with ".0" appended when it has neither '.' nor 'e' ("1.0").
void append_openmetrics(std::string& out, double v);

/// append_sample() into a buffer with room for kSampleTextMax bytes. Returns the end.
char* write_sample(char* at, double v);
inline constexpr size_t kSampleTextMax = 64;  ///< What is behind the end may be overwritten.

std::string format_fixed(double v);
std::string format_sample(double v);
std::string format_exponent(double v);
std::string format_general(double v);

/// Seconds with up to three decimals as the API prints timestamps: 1435781430.781, 1435781451.
void append_timestamp(std::string& out, int64_t timestamp_ms);
/// The same into a buffer with room for kTimestampTextMax bytes. Returns the end.
char* write_timestamp(char* at, int64_t timestamp_ms);
inline constexpr size_t kTimestampTextMax = 32;

}  // namespace tocsin::base
