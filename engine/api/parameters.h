// Parameters of API calls: names, times, durations.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/matcher.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/net/http_server.h"

namespace tocsin::api {

/// Whether a Content-Type names `type`, whatever its parameters.
bool is_media_type(std::string_view header, std::string_view type);

/// The parameters of a request: of the URL, and of the body of a POST when it is a form. What is
/// malformed in them is left out, as in Go.
class Parameters {
 public:
  explicit Parameters(const net::ServerRequest& request);
  /// The first value of `name`, or "".
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  /// All values of `name`, in order.
  std::vector<std::string> all(std::string_view name) const;
  /// What Go says of the first malformed one, or "".
  const std::string& fault() const { return fault_; }

 private:
  void add(std::string_view form);
  std::vector<std::pair<std::string, std::string>> values_;
  std::string fault_;
};

/// Seconds since the epoch as a float (rounded to ms), or RFC 3339.
base::Result<base::TimestampMs> parse_time(std::string_view text);
/// Seconds as a float, or a Prometheus duration, in nanoseconds.
base::Result<int64_t> parse_duration_ns(std::string_view text);
/// parse_duration_ns() in whole milliseconds; what is positive is at least 1.
base::Result<base::DurationMs> parse_step(std::string_view text);
/// A whole number as Go's `function` ("strconv.Atoi") reads it, sign included; its error texts,
/// too.
base::Result<int64_t> parse_integer(std::string_view text, std::string_view function);
/// As Go's strconv.ParseBool: 1, t, true, …; its error text.
base::Result<bool> parse_bool(std::string_view text);
/// A whole number, at least 0; 0 (also for "") means no limit.
base::Result<size_t> parse_limit(std::string_view text);
struct TimeSpan {
  base::TimestampMs start = 0;
  base::TimestampMs end = 0;
};
/// The parameters start and end; kTimeMin and kTimeMax when left out. Fails with the parameter that
/// is wrong and what is wrong with it.
struct ParameterFault {
  std::string_view name;
  std::string detail;
};
base::Result<TimeSpan, ParameterFault> parse_time_span(const Parameters& parameters);
/// The selectors of match[] parameters. An empty list stays empty.
base::Result<std::vector<base::Matchers>> parse_matches(const std::vector<std::string>& texts);

/// The earliest and latest time that a missing start or end stands for.
inline constexpr base::TimestampMs kTimeMin = INT64_MIN / 4;
inline constexpr base::TimestampMs kTimeMax = INT64_MAX / 4;

}  // namespace tocsin::api
