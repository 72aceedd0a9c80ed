#include "engine/base/time.h"

#include <array>
#include <chrono>
#include <limits>

#include "engine/base/labels.h"

namespace tocsin::base {
namespace {

struct Unit {
  std::string_view name;
  DurationMs ms;
  bool only_exact;  // Printed only when it divides what is left.
};

constexpr std::array<Unit, 7> kUnits = {{{"y", 365 * kDay, true},
                                         {"w", 7 * kDay, true},
                                         {"d", kDay, false},
                                         {"h", kHour, false},
                                         {"m", kMinute, false},
                                         {"s", kSecond, false},
                                         {"ms", 1, false}}};

// Upstream counts in nanoseconds; this is its int64 bound in ours.
constexpr DurationMs kDurationMax = std::numeric_limits<int64_t>::max() / 1'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error not_a_duration(std::string_view text) {
  return {Code::kInvalid, "not a valid duration string: " + go_quote(text)};
}

Error unknown_unit(std::string_view unit, std::string_view text) {
  return {Code::kInvalid, "unknown unit " + go_quote(unit) + " in duration " + go_quote(text)};
}

// Takes a whole number off the front; false when it does not fit.
bool take_number(std::string_view& text, int64_t& value) {
  value = 0;
  while (!text.empty() && is_digit(text[0])) {
    if (value > (std::numeric_limits<int64_t>::max() - 9) / 10) return false;
    value = 10 * value + (text[0] - '0');
    text.remove_prefix(1);
  }
  return true;
}

}  // namespace

Result<DurationMs> parse_duration(std::string_view text) {
  if (text == "0") return DurationMs{0};
  if (text.empty()) return Error{Code::kInvalid, "empty duration string"};
  DurationMs total = 0;
  size_t next_unit = 0;
  for (std::string_view rest = text; !rest.empty();) {
    int64_t count = 0;
    if (!is_digit(rest[0])) return not_a_duration(text);
    if (!take_number(rest, count)) return Error{Code::kInvalid, "duration out of range"};
    size_t length = 0;
    while (length < rest.size() && !is_digit(rest[length])) ++length;
    if (length == 0) return not_a_duration(text);
    size_t unit = 0;
    while (unit < kUnits.size() && kUnits[unit].name != rest.substr(0, length)) ++unit;
    if (unit == kUnits.size()) return unknown_unit(rest.substr(0, length), text);
    if (unit < next_unit) return not_a_duration(text);
    if (count > (kDurationMax - total) / kUnits[unit].ms) {
      return Error{Code::kInvalid, "duration out of range"};
    }
    total += count * kUnits[unit].ms;
    next_unit = unit + 1;
    rest.remove_prefix(length);
  }
  return total;
}

Result<DurationMs> parse_signed_duration(std::string_view text) {
  if (!text.starts_with('-')) return parse_duration(text);
  ASSIGN_OR_RETURN(const DurationMs magnitude, parse_duration(text.substr(1)));
  return -magnitude;
}

std::string format_duration(DurationMs duration) {
  if (duration == 0) return "0s";
  std::string out = duration < 0 ? "-" : "";
  uint64_t rest =
      duration < 0 ? ~static_cast<uint64_t>(duration) + 1 : static_cast<uint64_t>(duration);
  for (const Unit& unit : kUnits) {
    const auto size = static_cast<uint64_t>(unit.ms);
    if (rest < size || (unit.only_exact && rest % size != 0)) continue;
    out += std::to_string(rest / size);
    out += unit.name;
    rest %= size;
  }
  return out;
}

namespace {

// "1.5" from 1500 thousandths: the fraction without trailing zeros.
std::string decimal(uint64_t value, uint64_t scale) {
  std::string out = std::to_string(value / scale);
  uint64_t fraction = value % scale;
  if (fraction == 0) return out;
  std::string digits = std::to_string(fraction + scale).substr(1);
  while (digits.back() == '0') digits.pop_back();
  return out + "." + digits;
}

}  // namespace

std::string format_go_duration(int64_t nanoseconds) {
  if (nanoseconds == 0) return "0s";
  std::string out = nanoseconds < 0 ? "-" : "";
  const uint64_t ns = nanoseconds < 0 ? ~static_cast<uint64_t>(nanoseconds) + 1
                                      : static_cast<uint64_t>(nanoseconds);
  if (ns < 1000) return out + std::to_string(ns) + "ns";
  if (ns < 1'000'000) return out + decimal(ns, 1000) + "µs";
  if (ns < 1'000'000'000) return out + decimal(ns, 1'000'000) + "ms";
  const uint64_t minutes = ns / 60'000'000'000u;
  if (minutes >= 60) out += std::to_string(minutes / 60) + "h";
  if (minutes != 0) out += std::to_string(minutes % 60) + "m";
  return out + decimal(ns % 60'000'000'000u, 1'000'000'000) + "s";
}

namespace {

namespace chrono = std::chrono;

void append_padded(std::string& out, uint64_t value, size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

std::string format_date_time(chrono::sys_time<chrono::milliseconds> t) {
  const auto day = chrono::floor<chrono::days>(t);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss time(chrono::floor<chrono::seconds>(t - day));
  std::string out;
  const int year = static_cast<int>(date.year());
  if (year < 0) out += '-';
  append_padded(out, static_cast<uint64_t>(std::abs(year)), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_padded(out, static_cast<uint64_t>(time.hours().count()), 2);
  out += ':';
  append_padded(out, static_cast<uint64_t>(time.minutes().count()), 2);
  out += ':';
  append_padded(out, static_cast<uint64_t>(time.seconds().count()), 2);
  return out;
}

uint64_t milliseconds_of(TimestampMs t) {
  const int64_t rest = t % kSecond;
  return static_cast<uint64_t>(rest < 0 ? rest + kSecond : rest);
}

}  // namespace

std::string format_rfc3339_ms(TimestampMs t) {
  std::string out =
      format_date_time(chrono::sys_time<chrono::milliseconds>(chrono::milliseconds(t)));
  out += '.';
  append_padded(out, milliseconds_of(t), 3);
  return out + "Z";
}

std::string format_rfc3339(TimestampMs t) {
  std::string out = format_rfc3339_ms(t);
  out.pop_back();
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out + "Z";
}

namespace {

// Reads fixed-width fields of a timestamp one after the other; `ok` stays false after a failure.
struct FieldReader {
  std::string_view rest;
  bool ok = true;

  int number(size_t digits) {
    int value = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (i >= rest.size() || !is_digit(rest[i])) {
        ok = false;
        return 0;
      }
      value = 10 * value + (rest[i] - '0');
    }
    rest.remove_prefix(digits);
    return value;
  }
  void literal(std::string_view any_of) {
    if (rest.empty() || any_of.find(rest[0]) == std::string_view::npos) {
      ok = false;
      return;
    }
    rest.remove_prefix(1);
  }
  int64_t fraction_ms() {
    if (!rest.starts_with('.')) return 0;
    rest.remove_prefix(1);
    if (rest.empty() || !is_digit(rest[0])) ok = false;
    int64_t value = 0;
    int64_t scale = 100;
    for (; !rest.empty() && is_digit(rest[0]); rest.remove_prefix(1), scale /= 10) {
      value += scale * (rest[0] - '0');
    }
    return value;
  }
  DurationMs offset() {
    if (rest == "Z" || rest == "z") {
      rest.remove_prefix(1);
      return 0;
    }
    const bool west = rest.starts_with('-');
    literal("+-");
    const int hours = number(2);
    literal(":");
    const int minutes = number(2);
    if (hours > 23 || minutes > 59) ok = false;
    return (west ? -1 : 1) * (hours * kHour + minutes * kMinute);
  }
};

}  // namespace

Result<TimestampMs> parse_rfc3339(std::string_view text) {
  FieldReader in{text};
  const int year = in.number(4);
  in.literal("-");
  const int month = in.number(2);
  in.literal("-");
  const int day = in.number(2);
  in.literal("Tt ");
  const int hour = in.number(2);
  in.literal(":");
  const int minute = in.number(2);
  in.literal(":");
  const int second = in.number(2);
  const int64_t fraction = in.fraction_ms();
  const DurationMs offset = in.offset();
  const chrono::year_month_day date(chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day)));
  if (!in.ok || !in.rest.empty() || !date.ok() || hour > 23 || minute > 59 || second > 59) {
    return Error{Code::kInvalid, "not an RFC 3339 time: " + go_quote(text)};
  }
  const int64_t days = chrono::sys_days(date).time_since_epoch().count();
  return days * kDay + hour * kHour + minute * kMinute + second * kSecond + fraction - offset;
}

}  // namespace tocsin::base
