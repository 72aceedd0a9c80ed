// Numbers and times for people. Source: prometheus/common helpers/templates.
#pragma once

#include <string>

#include "engine/base/status.h"
#include "engine/template/value.h"

namespace tocsin::tmpl {

/// The number in a float, an integer, a duration (seconds) or a numeric string. Fails with
/// upstream's text "can't convert T to float".
base::Result<double> to_float(const Value& value);

std::string humanize(double v);             ///< 1234567 → "1.235M"
std::string humanize_1024(double v);        ///< 1536 → "1.5ki"
std::string humanize_duration(double v);    ///< seconds: 3723.5 → "1h 2m 3s"
std::string humanize_percentage(double v);  ///< 0.12345 → "12.35%"
/// Seconds since 1970 as Go's time text in UTC, to the millisecond; NaN and Inf as numbers. Fails
/// when it does not fit 64 bits of nanoseconds.
base::Result<std::string> humanize_timestamp(double v);

/// Seconds since 1970 → time, to the millisecond. Fails for NaN, Inf and overflow.
base::Result<Time> float_to_time(double v);
/// Seconds → duration. Fails for NaN, Inf and overflow.
base::Result<Duration> float_to_duration(double v);

}  // namespace tocsin::tmpl
