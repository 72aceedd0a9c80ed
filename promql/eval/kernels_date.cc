#include "promql/eval/kernels_date.h"

#include <cstdint>
#include <limits>

namespace tocsin::promql {
namespace {

constexpr int64_t kDaySeconds = 86'400;

struct Date {
  int64_t year = 0;
  int64_t month = 0;
  int64_t day = 0;
};

int64_t to_seconds(double v) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  if (!(v >= -kLimit && v < kLimit)) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(v);
}

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
int64_t floor_mod(int64_t a, int64_t b) { return a - floor_div(a, b) * b; }
/// Go counts from here without a sign: what is earlier, NaN and infinities among it, comes out as
/// 2^64 seconds later.
constexpr int64_t kEarliest = -9'223'371'966'579'724'800;

int64_t day_number(double v) {
  const int64_t seconds = to_seconds(v);
  if (seconds < kEarliest)
    return static_cast<int64_t>(static_cast<uint64_t>(seconds) / kDaySeconds);
  return floor_div(seconds, kDaySeconds);
}
int64_t second_of_day(double v) {
  const int64_t seconds = to_seconds(v);
  if (seconds < kEarliest)
    return static_cast<int64_t>(static_cast<uint64_t>(seconds) % kDaySeconds);
  return floor_mod(seconds, kDaySeconds);
}

/// Gregorian date of a day counted from 1970-01-01, by eras of 400 years that begin in March.
Date date_of(int64_t days) {
  days += 719'468;
  const int64_t era = floor_div(days, 146'097);
  const int64_t day_of_era = days - era * 146'097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  Date date;
  date.day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  date.month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

bool is_leap(int64_t year) {
  return floor_mod(year, 4) == 0 && (floor_mod(year, 100) != 0 || floor_mod(year, 400) == 0);
}

int64_t month_days(int64_t year, int64_t month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

}  // namespace

double year_of(double v) { return static_cast<double>(date_of(day_number(v)).year); }
double month_of(double v) { return static_cast<double>(date_of(day_number(v)).month); }
double day_of_month_of(double v) { return static_cast<double>(date_of(day_number(v)).day); }
double day_of_week_of(double v) { return static_cast<double>(floor_mod(day_number(v) + 4, 7)); }

double day_of_year_of(double v) {
  const Date date = date_of(day_number(v));
  int64_t days = date.day;
  for (int64_t month = 1; month < date.month; ++month) days += month_days(date.year, month);
  return static_cast<double>(days);
}

double days_in_month_of(double v) {
  const Date date = date_of(day_number(v));
  return static_cast<double>(month_days(date.year, date.month));
}

double hour_of(double v) { return static_cast<double>(second_of_day(v) / 3600); }
double minute_of(double v) { return static_cast<double>(second_of_day(v) / 60 % 60); }

}  // namespace tocsin::promql
