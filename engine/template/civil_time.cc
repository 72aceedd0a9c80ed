// Calendar arithmetic after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
#include "engine/template/go_time.h"

namespace tocsin::tmpl {
namespace {

constexpr int64_t kSecondsPerDay = 86400;

int64_t floor_div(int64_t a, int64_t b) {
  return a / b - ((a % b != 0 && (a % b < 0) != (b < 0)) ? 1 : 0);
}

int64_t days_from_civil(int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const int64_t era = floor_div(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  // The day is added last, so that one outside its month carries over.
  return era * 146097 + day_of_era - 719468 + (day - 1);
}

}  // namespace

int64_t unix_from_civil(const CivilTime& civil) {
  const int64_t month0 = int64_t{civil.month} - 1;
  const int64_t year = civil.year + floor_div(month0, 12);
  const int month = static_cast<int>(month0 - floor_div(month0, 12) * 12) + 1;
  return days_from_civil(year, month, civil.day) * kSecondsPerDay + int64_t{civil.hour} * 3600 +
         int64_t{civil.minute} * 60 + civil.second;
}

CivilTime civil_from_unix(int64_t local_seconds) {
  CivilTime civil;
  const int64_t days = floor_div(local_seconds, kSecondsPerDay);
  const int second_of_day = static_cast<int>(local_seconds - days * kSecondsPerDay);
  const int64_t shifted = days + 719468;
  const int64_t era = floor_div(shifted, 146097);
  const int64_t day_of_era = shifted - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_index = (5 * day_of_year + 2) / 153;
  civil.day = static_cast<int>(day_of_year - (153 * month_index + 2) / 5 + 1);
  civil.month = static_cast<int>(month_index < 10 ? month_index + 3 : month_index - 9);
  civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
  civil.hour = second_of_day / 3600;
  civil.minute = second_of_day / 60 % 60;
  civil.second = second_of_day % 60;
  civil.weekday = static_cast<int>((days % 7 + 11) % 7);
  civil.year_day = static_cast<int>(days - days_from_civil(civil.year, 1, 1)) + 1;
  return civil;
}

Time Time::from_ms(base::TimestampMs ms) {
  const int64_t seconds = floor_div(ms, 1000);
  return {seconds, static_cast<int32_t>((ms - seconds * 1000) * 1'000'000), nullptr};
}

base::TimestampMs Time::to_ms() const { return unix_seconds * 1000 + nanos / 1'000'000; }

Zone::Offset Time::offset() const {
  if (zone == nullptr) return {0, "UTC"};
  return zone->at(unix_seconds);
}

CivilTime Time::civil() const { return civil_from_unix(unix_seconds + offset().seconds); }

}  // namespace tocsin::tmpl
