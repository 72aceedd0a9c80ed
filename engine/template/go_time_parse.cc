// time.Parse. Source: Go time/format.go parse.
#include <optional>

#include "engine/base/labels.h"
#include "engine/template/go_time_layout.h"

namespace tocsin::tmpl {
namespace {

using Part = LayoutPart;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if ((a[i] | 0x20) != (b[i] | 0x20)) return false;
  }
  return true;
}

// What has been read so far.
struct Reading {
  CivilTime civil{0, 1, 1, 0, 0, 0, 0, 0};
  int32_t nanos = 0;
  std::optional<int> year_day;
  bool month_set = false;
  bool day_set = false;
  std::optional<bool> pm;
  std::optional<int32_t> offset;
  std::string zone_name;
  std::string_view out_of_range;  // Name of the field that is.
};

// Reads `least` to `most` digits off the front.
bool take_number(std::string_view& text, size_t least, size_t most, int64_t& value) {
  size_t count = 0;
  value = 0;
  while (count < most && count < text.size() && is_digit(text[count])) {
    value = value * 10 + (text[count] - '0');
    ++count;
  }
  text.remove_prefix(count);
  return count >= least;
}

bool take_int(std::string_view& text, size_t least, size_t most, int& value) {
  int64_t wide = 0;
  const bool ok = take_number(text, least, most, wide);
  value = static_cast<int>(wide);
  return ok;
}

bool take_month(std::string_view& text, bool long_form, int& month) {
  for (month = 1; month <= 12; ++month) {
    const std::string_view name = long_form ? month_name(month) : month_name(month).substr(0, 3);
    if (!equal_ignoring_case(text.substr(0, name.size()), name)) continue;
    text.remove_prefix(name.size());
    return true;
  }
  return false;
}

bool take_weekday(std::string_view& text, bool long_form) {
  for (int day = 0; day < 7; ++day) {
    const std::string_view name = long_form ? weekday_name(day) : weekday_name(day).substr(0, 3);
    if (!equal_ignoring_case(text.substr(0, name.size()), name)) continue;
    text.remove_prefix(name.size());
    return true;
  }
  return false;
}

bool take_pm(std::string_view& text, bool upper, Reading& reading) {
  const std::string_view mark = text.substr(0, 2);
  if (mark == (upper ? "PM" : "pm")) {
    reading.pm = true;
  } else if (mark == (upper ? "AM" : "am")) {
    reading.pm = false;
  } else {
    return false;
  }
  text.remove_prefix(2);
  return true;
}

bool take_offset(std::string_view& text, Part part, Reading& reading) {
  const bool iso = part >= Part::kIsoZ && part <= Part::kIsoZColonSeconds;
  if (iso && text.starts_with('Z')) {
    text.remove_prefix(1);
    reading.offset = 0;
    return true;
  }
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const bool colon = part == Part::kIsoZColon || part == Part::kIsoZColonSeconds ||
                     part == Part::kOffsetColon || part == Part::kOffsetColonSeconds;
  int fields = 2;
  if (part == Part::kIsoZShort || part == Part::kOffsetShort) fields = 1;
  if (part == Part::kIsoZSeconds || part == Part::kIsoZColonSeconds ||
      part == Part::kOffsetSeconds || part == Part::kOffsetColonSeconds) {
    fields = 3;
  }
  int32_t seconds = 0;
  int32_t unit = 3600;
  for (int i = 0; i < fields; ++i, unit /= 60) {
    if (i > 0 && colon) {
      if (!text.starts_with(':')) return false;
      text.remove_prefix(1);
    }
    int value = 0;
    if (!take_int(text, 2, 2, value)) return false;
    if (value > (i == 0 ? 24 : 59)) reading.out_of_range = "time zone offset";
    seconds += value * unit;
  }
  reading.offset = sign * seconds;
  return true;
}

// Zone abbreviations: three or four capitals, or a sign and hours ("+03").
bool take_zone_name(std::string_view& text, Reading& reading) {
  if (text.starts_with("UTC")) {
    reading.offset = 0;
    text.remove_prefix(3);
    return true;
  }
  size_t length = 0;
  while (length < text.size() && length < 6 && text[length] >= 'A' && text[length] <= 'Z') ++length;
  if (length < 3 || length > 5) return false;
  if (length == 5 && text[4] != 'T') return false;
  reading.zone_name = std::string(text.substr(0, length));
  text.remove_prefix(length);
  return true;
}

bool take_fraction_digits(std::string_view& text, size_t count, int32_t& nanos) {
  nanos = 0;
  for (size_t i = 0; i < count; ++i) {
    if (i >= text.size() || !is_digit(text[i])) return false;
    if (i < 9) nanos = nanos * 10 + (text[i] - '0');
  }
  for (size_t i = count; i < 9; ++i) nanos *= 10;
  text.remove_prefix(count);
  return true;
}

bool at_fraction(std::string_view text) {
  return text.size() >= 2 && (text[0] == '.' || text[0] == ',') && is_digit(text[1]);
}

bool take_fraction(std::string_view& text, const LayoutChunk& chunk, Reading& reading) {
  if (chunk.part == Part::kFraction9 && !at_fraction(text)) return true;
  if (text.empty() || (text[0] != '.' && text[0] != ',')) return false;
  text.remove_prefix(1);
  size_t count = static_cast<size_t>(chunk.digits);
  if (chunk.part == Part::kFraction9) {
    count = 0;
    while (count < text.size() && is_digit(text[count])) ++count;
  }
  return take_fraction_digits(text, count, reading.nanos);
}

// A fraction may follow the seconds even when the layout has none.
bool take_seconds(std::string_view& text, std::string_view layout, size_t least, Reading& reading) {
  if (!take_int(text, least, 2, reading.civil.second)) return false;
  if (reading.civil.second > 59) reading.out_of_range = "second";
  if (!at_fraction(text)) return true;
  const LayoutChunk next = next_chunk(layout);
  if (next.before.empty() && (next.part == Part::kFraction0 || next.part == Part::kFraction9)) {
    return true;
  }
  text.remove_prefix(1);
  size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return take_fraction_digits(text, count, reading.nanos);
}

bool take_day(std::string_view& text, Part part, Reading& reading) {
  if (part == Part::kUnderDay && text.starts_with(' ')) text.remove_prefix(1);
  reading.day_set = true;
  return take_int(text, part == Part::kZeroDay ? 2 : 1, 2, reading.civil.day);
}

bool take_month_number(std::string_view& text, size_t least, Reading& reading) {
  if (!take_int(text, least, 2, reading.civil.month)) return false;
  reading.month_set = true;
  if (reading.civil.month < 1 || reading.civil.month > 12) {
    reading.out_of_range = "month";
    reading.civil.month = 1;
  }
  return true;
}

bool take_year(std::string_view& text, bool long_form, Reading& reading) {
  if (long_form) return take_number(text, 4, 4, reading.civil.year);
  if (!take_number(text, 2, 2, reading.civil.year)) return false;
  reading.civil.year += reading.civil.year >= 69 ? 1900 : 2000;
  return true;
}

bool take_hour(std::string_view& text, size_t least, int most, Reading& reading) {
  if (!take_int(text, least, 2, reading.civil.hour)) return false;
  if (reading.civil.hour > most) reading.out_of_range = "hour";
  return true;
}

bool take_minute(std::string_view& text, size_t least, Reading& reading) {
  if (!take_int(text, least, 2, reading.civil.minute)) return false;
  if (reading.civil.minute > 59) reading.out_of_range = "minute";
  return true;
}

bool take_year_day(std::string_view& text, bool padded, Reading& reading) {
  if (padded) {
    for (int i = 0; i < 2 && text.starts_with(' '); ++i) text.remove_prefix(1);
  }
  int value = 0;
  if (!take_int(text, padded ? 1 : 3, 3, value)) return false;
  reading.year_day = value;
  return true;
}

bool take_part(std::string_view& text, const LayoutChunk& chunk, std::string_view layout,
               Reading& reading) {
  switch (chunk.part) {
    case Part::kLiteral:
      return true;
    case Part::kLongMonth:
    case Part::kShortMonth:
      reading.month_set = true;
      return take_month(text, chunk.part == Part::kLongMonth, reading.civil.month);
    case Part::kMonth:
      return take_month_number(text, 1, reading);
    case Part::kZeroMonth:
      return take_month_number(text, 2, reading);
    case Part::kLongWeekday:
      return take_weekday(text, true);
    case Part::kWeekday:
      return take_weekday(text, false);
    case Part::kDay:
    case Part::kUnderDay:
    case Part::kZeroDay:
      return take_day(text, chunk.part, reading);
    case Part::kUnderYearDay:
      return take_year_day(text, true, reading);
    case Part::kZeroYearDay:
      return take_year_day(text, false, reading);
    case Part::kHour24:
      return take_hour(text, 2, 23, reading);
    case Part::kHour12:
      return take_hour(text, 1, 12, reading);
    case Part::kZeroHour12:
      return take_hour(text, 2, 12, reading);
    case Part::kMinute:
      return take_minute(text, 1, reading);
    case Part::kZeroMinute:
      return take_minute(text, 2, reading);
    case Part::kSecond:
      return take_seconds(text, layout, 1, reading);
    case Part::kZeroSecond:
      return take_seconds(text, layout, 2, reading);
    case Part::kLongYear:
      return take_year(text, true, reading);
    case Part::kYear:
      return take_year(text, false, reading);
    case Part::kUpperPm:
      return take_pm(text, true, reading);
    case Part::kLowerPm:
      return take_pm(text, false, reading);
    case Part::kZoneName:
      return take_zone_name(text, reading);
    case Part::kIsoZ:
    case Part::kIsoZSeconds:
    case Part::kIsoZShort:
    case Part::kIsoZColon:
    case Part::kIsoZColonSeconds:
    case Part::kOffset:
    case Part::kOffsetSeconds:
    case Part::kOffsetShort:
    case Part::kOffsetColon:
    case Part::kOffsetColonSeconds:
      return take_offset(text, chunk.part, reading);
    case Part::kFraction0:
    case Part::kFraction9:
      return take_fraction(text, chunk, reading);
  }
  return false;
}

bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in(int month, int64_t year) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

void settle_date(Reading& reading) {
  if (reading.pm.has_value()) {
    if (*reading.pm && reading.civil.hour < 12) reading.civil.hour += 12;
    if (!*reading.pm && reading.civil.hour == 12) reading.civil.hour = 0;
  }
  if (reading.year_day.has_value() && !reading.month_set && !reading.day_set) {
    const int limit = is_leap(reading.civil.year) ? 366 : 365;
    if (*reading.year_day < 1 || *reading.year_day > limit) reading.out_of_range = "day-of-year";
    reading.civil.month = 1;
    reading.civil.day = *reading.year_day;
    return;
  }
  if (reading.civil.day < 1 ||
      reading.civil.day > days_in(reading.civil.month, reading.civil.year)) {
    if (reading.out_of_range.empty()) reading.out_of_range = "day";
  }
}

Time to_time(const Reading& reading) {
  const int64_t local = unix_from_civil(reading.civil);
  const int32_t offset = reading.offset.value_or(0);
  ZonePtr zone;
  // A name without an offset is an invented place with that name and offset 0, as in Go.
  if (!reading.zone_name.empty() || offset != 0) zone = fixed_zone(offset, reading.zone_name);
  return {local - offset, reading.nanos, std::move(zone)};
}

}  // namespace

base::Result<Time> parse_time(std::string_view layout, std::string_view text) {
  const auto failure = [whole = text](const std::string& reason) {
    return base::Error{base::Code::kInvalid, "parsing time " + base::go_quote(whole) + reason};
  };
  const auto mismatch = [&failure, pattern = layout](std::string_view rest,
                                                     std::string_view element) {
    return failure(" as " + base::go_quote(pattern) + ": cannot parse " + base::go_quote(rest) +
                   " as " + base::go_quote(element));
  };
  Reading reading;
  std::string_view rest_of_layout = layout;
  std::string_view rest = text;
  while (true) {
    const std::string_view at = rest_of_layout;
    const LayoutChunk chunk = next_chunk(rest_of_layout);
    if (!rest.starts_with(chunk.before)) return mismatch(rest, chunk.before);
    rest.remove_prefix(chunk.before.size());
    if (chunk.part == Part::kLiteral) break;
    const std::string_view element =
        at.substr(chunk.before.size(), at.size() - chunk.before.size() - rest_of_layout.size());
    const std::string_view before_part = rest;
    if (!take_part(rest, chunk, rest_of_layout, reading)) return mismatch(before_part, element);
    if (!reading.out_of_range.empty()) break;
  }
  if (reading.out_of_range.empty() && !rest.empty()) {
    return failure(": extra text: " + base::go_quote(rest));
  }
  if (reading.out_of_range.empty()) settle_date(reading);
  if (!reading.out_of_range.empty()) {
    return failure(": " + std::string(reading.out_of_range) + " out of range");
  }
  return to_time(reading);
}

}  // namespace tocsin::tmpl
