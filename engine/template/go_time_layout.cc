#include "engine/template/go_time_layout.h"

#include <array>
#include <cstdlib>

namespace tocsin::tmpl {
namespace {

using Part = LayoutPart;

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

struct Spelling {
  std::string_view text;
  Part part;
};

// In the order of trial: a longer spelling stands before its own prefix.
constexpr Spelling kSpellings[] = {
    {"January", Part::kLongMonth},
    {"Monday", Part::kLongWeekday},
    {"MST", Part::kZoneName},
    {"002", Part::kZeroYearDay},
    {"01", Part::kZeroMonth},
    {"02", Part::kZeroDay},
    {"03", Part::kZeroHour12},
    {"04", Part::kZeroMinute},
    {"05", Part::kZeroSecond},
    {"06", Part::kYear},
    {"15", Part::kHour24},
    {"1", Part::kMonth},
    {"2006", Part::kLongYear},
    {"2", Part::kDay},
    {"__2", Part::kUnderYearDay},
    {"3", Part::kHour12},
    {"4", Part::kMinute},
    {"5", Part::kSecond},
    {"PM", Part::kUpperPm},
    {"pm", Part::kLowerPm},
    {"-070000", Part::kOffsetSeconds},
    {"-07:00:00", Part::kOffsetColonSeconds},
    {"-0700", Part::kOffset},
    {"-07:00", Part::kOffsetColon},
    {"-07", Part::kOffsetShort},
    {"Z070000", Part::kIsoZSeconds},
    {"Z07:00:00", Part::kIsoZColonSeconds},
    {"Z0700", Part::kIsoZ},
    {"Z07:00", Part::kIsoZColon},
    {"Z07", Part::kIsoZShort},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

// ".000" or ",999": a separator, then only one kind of digit, then no further digit.
size_t fraction_length(std::string_view rest) {
  if (rest.size() < 2 || (rest[0] != '.' && rest[0] != ',')) return 0;
  if (rest[1] != '0' && rest[1] != '9') return 0;
  size_t end = 1;
  while (end < rest.size() && rest[end] == rest[1]) ++end;
  return end < rest.size() && is_digit(rest[end]) ? 0 : end;
}

// The part that `rest` begins with, and its length; kLiteral for none.
std::pair<Part, size_t> part_at(std::string_view rest) {
  // "Jan" and "Mon" do not count inside a word ("January" comes first, "Month" is text).
  const bool word_goes_on = rest.size() > 3 && is_lower(rest[3]);
  for (const Spelling& spelling : kSpellings) {
    if (rest.starts_with(spelling.text)) return {spelling.part, spelling.text.size()};
  }
  if (rest.starts_with("Jan") && !word_goes_on) return {Part::kShortMonth, 3};
  if (rest.starts_with("Mon") && !word_goes_on) return {Part::kWeekday, 3};
  // "_2006" is a literal underscore before a year.
  if (rest.starts_with("_2") && !rest.starts_with("_2006")) return {Part::kUnderDay, 2};
  return {Part::kLiteral, 0};
}

void append_number(std::string& out, int64_t value, size_t width) {
  const std::string digits = std::to_string(std::llabs(value));
  if (value < 0) out += '-';
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

void append_spaced(std::string& out, int value, size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), ' ');
  out += digits;
}

void append_offset(std::string& out, Part part, int32_t seconds) {
  const bool iso = part >= Part::kIsoZ && part <= Part::kIsoZColonSeconds;
  if (iso && seconds == 0) {
    out += 'Z';
    return;
  }
  const bool colon = part == Part::kIsoZColon || part == Part::kIsoZColonSeconds ||
                     part == Part::kOffsetColon || part == Part::kOffsetColonSeconds;
  const bool hours_only = part == Part::kIsoZShort || part == Part::kOffsetShort;
  const bool with_seconds = part == Part::kIsoZSeconds || part == Part::kIsoZColonSeconds ||
                            part == Part::kOffsetSeconds || part == Part::kOffsetColonSeconds;
  const int32_t absolute = std::abs(seconds);
  out += seconds < 0 ? '-' : '+';
  append_number(out, absolute / 3600, 2);
  if (hours_only) return;
  if (colon) out += ':';
  append_number(out, absolute / 60 % 60, 2);
  if (!with_seconds) return;
  if (colon) out += ':';
  append_number(out, absolute % 60, 2);
}

void append_zone_name(std::string& out, const Zone::Offset& offset) {
  if (!offset.name.empty()) {
    out += offset.name;
    return;
  }
  append_offset(out, Part::kOffset, offset.seconds);
}

void append_fraction(std::string& out, const LayoutChunk& chunk, int32_t nanos) {
  std::string digits;
  append_number(digits, nanos, 9);
  digits.resize(static_cast<size_t>(std::min(chunk.digits, 9)), '0');
  if (chunk.part == Part::kFraction9) {
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    if (digits.empty()) return;
  }
  out += chunk.separator;
  out += digits;
}

void append_date_part(std::string& out, Part part, const CivilTime& t) {
  if (part == Part::kLongMonth) out += month_name(t.month);
  if (part == Part::kShortMonth) out += month_name(t.month).substr(0, 3);
  if (part == Part::kMonth) append_number(out, t.month, 0);
  if (part == Part::kZeroMonth) append_number(out, t.month, 2);
  if (part == Part::kLongWeekday) out += weekday_name(t.weekday);
  if (part == Part::kWeekday) out += weekday_name(t.weekday).substr(0, 3);
  if (part == Part::kDay) append_number(out, t.day, 0);
  if (part == Part::kUnderDay) append_spaced(out, t.day, 2);
  if (part == Part::kZeroDay) append_number(out, t.day, 2);
  if (part == Part::kUnderYearDay) append_spaced(out, t.year_day, 3);
  if (part == Part::kZeroYearDay) append_number(out, t.year_day, 3);
  if (part == Part::kLongYear) append_number(out, t.year, 4);
  if (part == Part::kYear) append_number(out, ((t.year % 100) + 100) % 100, 2);
}

void append_clock_part(std::string& out, Part part, const CivilTime& t) {
  const int hour12 = t.hour % 12 == 0 ? 12 : t.hour % 12;
  if (part == Part::kHour24) append_number(out, t.hour, 2);
  if (part == Part::kHour12) append_number(out, hour12, 0);
  if (part == Part::kZeroHour12) append_number(out, hour12, 2);
  if (part == Part::kMinute) append_number(out, t.minute, 0);
  if (part == Part::kZeroMinute) append_number(out, t.minute, 2);
  if (part == Part::kSecond) append_number(out, t.second, 0);
  if (part == Part::kZeroSecond) append_number(out, t.second, 2);
  if (part == Part::kUpperPm) out += t.hour >= 12 ? "PM" : "AM";
  if (part == Part::kLowerPm) out += t.hour >= 12 ? "pm" : "am";
}

}  // namespace

std::string_view month_name(int month) { return kMonths.at(static_cast<size_t>(month - 1)); }
std::string_view weekday_name(int weekday) { return kWeekdays.at(static_cast<size_t>(weekday)); }

LayoutChunk next_chunk(std::string_view& layout) {
  const std::string_view whole = layout;
  for (size_t i = 0; i < whole.size(); ++i) {
    const std::string_view rest = whole.substr(i);
    LayoutChunk chunk{whole.substr(0, i), Part::kLiteral, 0, '.'};
    if (const size_t length = fraction_length(rest); length != 0) {
      chunk.part = rest[1] == '0' ? Part::kFraction0 : Part::kFraction9;
      chunk.digits = static_cast<int>(length) - 1;
      chunk.separator = rest[0];
      layout = rest.substr(length);
      return chunk;
    }
    if (const auto [part, length] = part_at(rest); length != 0) {
      chunk.part = part;
      layout = rest.substr(length);
      return chunk;
    }
  }
  layout = {};
  return {whole, Part::kLiteral, 0, '.'};
}

std::string format_time(const Time& time, std::string_view layout) {
  const Zone::Offset offset = time.offset();
  const CivilTime civil = civil_from_unix(time.unix_seconds + offset.seconds);
  std::string out;
  while (!layout.empty()) {
    const LayoutChunk chunk = next_chunk(layout);
    out += chunk.before;
    if (chunk.part == Part::kFraction0 || chunk.part == Part::kFraction9) {
      append_fraction(out, chunk, time.nanos);
    } else if (chunk.part == Part::kZoneName) {
      append_zone_name(out, offset);
    } else if (chunk.part >= Part::kIsoZ) {
      append_offset(out, chunk.part, offset.seconds);
    } else {
      append_date_part(out, chunk.part, civil);
      append_clock_part(out, chunk.part, civil);
    }
  }
  return out;
}

}  // namespace tocsin::tmpl
