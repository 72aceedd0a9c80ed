#include "engine/template/humanize.h"

#include <array>
#include <cmath>

#include "engine/base/labels.h"
#include "engine/base/number.h"
#include "engine/template/format_value.h"
#include "engine/template/go_time_layout.h"

namespace tocsin::tmpl {
namespace {

using base::Code;
using base::Error;
using base::Result;

constexpr std::array<std::string_view, 8> kSmall = {"m", "u", "n", "p", "f", "a", "z", "y"};
constexpr std::array<std::string_view, 8> kLarge = {"k", "M", "G", "T", "P", "E", "Z", "Y"};
constexpr std::array<std::string_view, 8> kBinary = {"ki", "Mi", "Gi", "Ti",
                                                     "Pi", "Ei", "Zi", "Yi"};

// %.4g
std::string four_digits(double v) {
  FormatFlags flags;
  flags.precision = 4;
  std::string out;
  append_float(out, v, 'g', flags);
  return out;
}

template <class Prefixes>
std::string scaled_down(double v, double base, const Prefixes& prefixes) {
  std::string_view prefix;
  for (const std::string_view candidate : prefixes) {
    if (std::fabs(v) < base) break;
    prefix = candidate;
    v /= base;
  }
  return four_digits(v) + std::string(prefix);
}

std::string scaled_up(double v) {
  std::string_view prefix;
  for (const std::string_view candidate : kSmall) {
    if (std::fabs(v) >= 1) break;
    prefix = candidate;
    v *= 1000;
  }
  return four_digits(v) + std::string(prefix);
}

std::string whole_units(double v) {
  const auto total = static_cast<int64_t>(std::fmin(v, 9e18));
  const std::string seconds = std::to_string(total % 60) + "s";
  const std::string minutes = std::to_string(total / 60 % 60) + "m ";
  const std::string hours = std::to_string(total / 3600 % 24) + "h ";
  if (total >= 86400) return std::to_string(total / 86400) + "d " + hours + minutes + seconds;
  if (total >= 3600) return hours + minutes + seconds;
  if (total >= 60) return minutes + seconds;
  return four_digits(v) + "s";
}

bool special(double v) { return v == 0 || !std::isfinite(v); }

Error overflow(double v, std::string_view what) {
  return {Code::kInvalid, base::format_general(v) + " cannot be represented as a nanoseconds " +
                              std::string(what) + " since it overflows int64"};
}

}  // namespace

Result<double> to_float(const Value& value) {
  if (const double* number = value.get<double>()) return *number;
  if (const Int* integer = value.get<Int>();
      integer != nullptr && (integer->type == IntType::kInt || integer->type == IntType::kInt64)) {
    return static_cast<double>(integer->value);
  }
  if (const uint64_t* integer = value.get<uint64_t>()) return static_cast<double>(*integer);
  if (const Duration* duration = value.get<Duration>()) {
    return static_cast<double>(duration->nanoseconds) / 1e9;
  }
  if (const std::string* text = value.as_string()) {
    if (const auto number = base::parse_float(*text)) return *number;
    return Error{Code::kInvalid,
                 "strconv.ParseFloat: parsing " + base::go_quote(*text) + ": invalid syntax"};
  }
  return Error{Code::kInvalid, "can't convert " + std::string(value.type_name()) + " to float"};
}

std::string humanize(double v) {
  if (special(v)) return four_digits(v);
  return std::fabs(v) >= 1 ? scaled_down(v, 1000, kLarge) : scaled_up(v);
}

std::string humanize_1024(double v) {
  if (std::fabs(v) <= 1 || !std::isfinite(v)) return four_digits(v);
  return scaled_down(v, 1024, kBinary);
}

std::string humanize_duration(double v) {
  if (!std::isfinite(v)) return four_digits(v);
  if (v == 0) return four_digits(v) + "s";
  if (std::fabs(v) < 1) return scaled_up(v) + "s";
  return v < 0 ? "-" + whole_units(-v) : whole_units(v);
}

std::string humanize_percentage(double v) { return four_digits(v * 100) + "%"; }

Result<Time> float_to_time(double v) {
  if (!std::isfinite(v)) return Error{Code::kInvalid, "value is NaN or Inf"};
  const double nanos = v * 1e9;
  if (nanos >= 0x1p63 || nanos < -0x1p63) return overflow(v, "timestamp");
  return Time::from_ms(static_cast<int64_t>(nanos) / 1'000'000);
}

Result<Duration> float_to_duration(double v) {
  if (!std::isfinite(v)) return Error{Code::kInvalid, "value is NaN or Inf"};
  const double nanos = v * 1e9;
  if (nanos >= 0x1p63 || nanos < -0x1p63) return overflow(v, "duration");
  return Duration{static_cast<int64_t>(nanos)};
}

Result<std::string> humanize_timestamp(double v) {
  if (!std::isfinite(v)) return four_digits(v);
  ASSIGN_OR_RETURN(const Time time, float_to_time(v));
  return format_time(time, kLayoutDefault);
}

}  // namespace tocsin::tmpl
