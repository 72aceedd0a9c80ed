// Go's reference-time layouts: "Mon Jan 2 15:04:05 MST 2006" and its parts.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/template/go_time.h"

namespace tocsin::tmpl {

inline constexpr std::string_view kLayoutRfc3339Nano = "2006-01-02T15:04:05.999999999Z07:00";
/// What printing a time shows.
inline constexpr std::string_view kLayoutDefault = "2006-01-02 15:04:05.999999999 -0700 MST";

/// Pieces of a layout. Source: Go time/format.go nextStdChunk.
enum class LayoutPart : uint8_t {
  kLiteral,
  kLongMonth,
  kShortMonth,
  kMonth,
  kZeroMonth,
  kLongWeekday,
  kWeekday,
  kDay,
  kUnderDay,
  kZeroDay,
  kUnderYearDay,
  kZeroYearDay,
  kHour24,
  kHour12,
  kZeroHour12,
  kMinute,
  kZeroMinute,
  kSecond,
  kZeroSecond,
  kLongYear,
  kYear,
  kUpperPm,
  kLowerPm,
  kZoneName,
  kIsoZ,
  kIsoZSeconds,
  kIsoZShort,
  kIsoZColon,
  kIsoZColonSeconds,  // Z0700 Z070000 Z07 Z07:00 Z07:00:00
  kOffset,
  kOffsetSeconds,
  kOffsetShort,
  kOffsetColon,
  kOffsetColonSeconds,  // -0700 -070000 -07 -07:00 -07:00:00
  kFraction0,
  kFraction9,  // .000 .999
};

struct LayoutChunk {
  std::string_view before;                 ///< Literal text in front.
  LayoutPart part = LayoutPart::kLiteral;  ///< kLiteral: the layout has ended.
  int digits = 0;                          ///< Of fractions.
  char separator = '.';                    ///< Of fractions: '.' or ','.
};

/// Splits off the next part; `layout` becomes what follows it.
LayoutChunk next_chunk(std::string_view& layout);

std::string_view month_name(int month);      ///< 1 → "January"
std::string_view weekday_name(int weekday);  ///< 0 → "Sunday"

/// Time.Format.
std::string format_time(const Time& time, std::string_view layout);

/// time.Parse: what names no zone is UTC. Fails with Go's texts
/// ("parsing time \"x\" as \"2006\": cannot parse \"x\" as \"2006\"").
base::Result<Time> parse_time(std::string_view layout, std::string_view text);

}  // namespace tocsin::tmpl
