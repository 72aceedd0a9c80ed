#include "notifiers/go_duration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "engine/base/labels.h"
#include "engine/base/number.h"

namespace tocsin::notifiers {

namespace {

using Unit = std::pair<std::string_view, double>;  ///< Name and nanoseconds.
constexpr std::array<Unit, 8> kUnits{{{"ns", 1},
                                      {"us", 1e3},
                                      {"µs", 1e3},
                                      {"μs", 1e3},
                                      {"ms", 1e6},
                                      {"s", 1e9},
                                      {"m", 60e9},
                                      {"h", 3600e9}}};
constexpr double kNanosecondsMax = 9.2e18;

base::Error invalid(std::string_view text) {
  return {base::Code::kInvalid, "time: invalid duration " + base::go_quote(text)};
}

bool is_number_byte(char c) { return (c >= '0' && c <= '9') || c == '.'; }

/// Takes a run of bytes that are (or are not) of a number off the front of `text`.
std::string_view take_run(std::string_view& text, bool of_number) {
  size_t length = 0;
  while (length < text.size() && is_number_byte(text[length]) == of_number) ++length;
  const std::string_view run = text.substr(0, length);
  text.remove_prefix(length);
  return run;
}

}  // namespace

base::Result<base::DurationMs> parse_go_duration(std::string_view text) {
  std::string_view rest = text;
  double nanoseconds = 0;
  const bool bare = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  if (bare) {
    nanoseconds = base::parse_float(text).value_or(kNanosecondsMax * 2);
    rest = {};
  } else if (text.empty()) {
    return invalid(text);
  }
  while (!rest.empty()) {
    const auto amount = base::parse_float(take_run(rest, true));
    const std::string_view name = take_run(rest, false);
    const auto* unit =
        std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.first == name; });
    if (!amount || unit == kUnits.end()) return invalid(text);
    nanoseconds += *amount * unit->second;
  }
  if (nanoseconds > kNanosecondsMax) return invalid(text);
  if (nanoseconds == 0) return base::DurationMs{0};
  return std::max<base::DurationMs>(1, static_cast<base::DurationMs>(nanoseconds / 1e6));
}

}  // namespace tocsin::notifiers
