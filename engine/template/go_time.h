// An instant with a place on the map, as Go's time.Time: nanoseconds, and the zone it is shown in.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/base/time.h"

namespace tocsin::tmpl {

/// Where a time is shown: an IANA zone or a fixed offset. Immutable, thread-safe.
class Zone {
 public:
  struct Offset {
    int32_t seconds = 0;  ///< East of UTC.
    std::string name;     ///< Abbreviation ("CET"), empty when the zone has none.
  };
  virtual ~Zone() = default;
  virtual Offset at(int64_t unix_seconds) const = 0;
  /// Seconds since 1970 of a wall-clock reading (seconds since 1970 as if it were UTC) in this
  /// zone.
  virtual int64_t to_unix(int64_t local_seconds) const = 0;
};
using ZonePtr = std::shared_ptr<const Zone>;

/// A zone of the IANA database ("Europe/Berlin"); "" and "UTC" give null, which stands for UTC.
/// Fails with Go's text "unknown time zone X".
base::Result<ZonePtr> load_zone(std::string_view name);
ZonePtr fixed_zone(int32_t offset_seconds, std::string name);

/// The fields of a date in the proleptic Gregorian calendar.
struct CivilTime {
  int64_t year = 1970;
  int month = 1;  ///< 1…12
  int day = 1;    ///< 1…31
  int hour = 0;
  int minute = 0;
  int second = 0;
  int weekday = 4;   ///< 0 = Sunday
  int year_day = 1;  ///< 1…366
};

/// An instant. The default is Go's zero time, 0001-01-01 00:00:00 UTC.
struct Time {
  static constexpr int64_t kZeroUnixSeconds = -62135596800;

  int64_t unix_seconds = kZeroUnixSeconds;
  int32_t nanos = 0;  ///< 0 … 999,999,999
  ZonePtr zone;       ///< null: UTC

  static Time from_ms(base::TimestampMs ms);
  base::TimestampMs to_ms() const;
  bool is_zero() const { return unix_seconds == kZeroUnixSeconds && nanos == 0; }
  /// The zone's offset at this instant; UTC: {0, "UTC"}.
  Zone::Offset offset() const;
  CivilTime civil() const;
};

/// Seconds since 1970 of a date in UTC; months and days outside their range carry over.
int64_t unix_from_civil(const CivilTime& civil);
CivilTime civil_from_unix(int64_t local_seconds);

}  // namespace tocsin::tmpl
