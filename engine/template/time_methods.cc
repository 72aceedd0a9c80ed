// The methods of Go's time.Time and time.Duration that templates use.
#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "engine/base/time.h"
#include "engine/template/access.h"
#include "engine/template/go_time_layout.h"

namespace tocsin::tmpl {
namespace {

using base::Code;
using base::Error;
using base::Result;
using Args = std::span<const Value>;

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kMaxNanos = std::numeric_limits<int64_t>::max();

Error wrong_type(std::string_view expected, const Value& got) {
  return {Code::kInvalid, "wrong type for value; expected " + std::string(expected) + "; got " +
                              std::string(got.type_name())};
}

Result<int64_t> integer_of(const Value& value) {
  if (const Int* integer = value.get<Int>()) return integer->value;
  return wrong_type("int", value);
}

// An untyped integer constant stands for nanoseconds, as in Go.
Result<int64_t> nanos_of(const Value& value) {
  if (const Duration* duration = value.get<Duration>()) return duration->nanoseconds;
  if (const Int* integer = value.get<Int>(); integer != nullptr && integer->type == IntType::kInt) {
    return integer->value;
  }
  return wrong_type("time.Duration", value);
}

Result<Time> time_of(const Value& value) {
  if (const Time* time = value.get<Time>()) return *time;
  return wrong_type("time.Time", value);
}

__extension__ using Wide = __int128;

Wide wide_nanos(const Time& time) { return Wide{time.unix_seconds} * kNanosPerSecond + time.nanos; }

int64_t clamp_nanos(Wide nanos) {
  return static_cast<int64_t>(std::clamp<Wide>(nanos, -Wide{kMaxNanos} - 1, kMaxNanos));
}

Time from_wide(Wide nanos, const ZonePtr& zone) {
  Wide seconds = nanos / kNanosPerSecond;
  if (nanos % kNanosPerSecond < 0) --seconds;
  return {static_cast<int64_t>(seconds), static_cast<int32_t>(nanos - seconds * kNanosPerSecond),
          zone};
}

int compare(const Time& a, const Time& b) {
  const Wide difference = wide_nanos(a) - wide_nanos(b);
  return difference < 0 ? -1 : difference > 0 ? 1 : 0;
}

// Go rounds half up, counted from the zero time.
Time round_time(const Time& time, int64_t unit, bool half_up) {
  if (unit <= 0) return time;
  const Wide since_zero = wide_nanos(time) - Wide{Time::kZeroUnixSeconds} * kNanosPerSecond;
  Wide remainder = since_zero % unit;
  if (remainder < 0) remainder += unit;
  const bool up = half_up && remainder + remainder >= unit;
  return from_wide(wide_nanos(time) - remainder + (up ? unit : 0), time.zone);
}

Time add_date(const Time& time, int64_t years, int64_t months, int64_t days) {
  const int64_t offset = time.offset().seconds;
  CivilTime civil = civil_from_unix(time.unix_seconds + offset);
  constexpr int64_t kMost = 10'000'000;  // Keeps the calendar arithmetic inside its types.
  civil.year += std::clamp(years, -kMost, kMost);
  civil.month += static_cast<int>(std::clamp(months, -kMost, kMost));
  civil.day += static_cast<int>(std::clamp(days, -kMost, kMost));
  constexpr int64_t kLastYear = 100'000'000;  // Milliseconds of it still fit 64 bits.
  civil.year = std::clamp(civil.year, -kLastYear, kLastYear);
  const int64_t local = unix_from_civil(civil);
  return {time.zone == nullptr ? local : time.zone->to_unix(local), time.nanos, time.zone};
}

using TimeMethod = Result<Value> (*)(const Time&, Args);

struct TimeEntry {
  std::string_view name;
  size_t args;
  TimeMethod call;
};

Result<Value> integer(int64_t v) { return Value::integer(v); }

Result<Value> compared(const Time& time, const Value& other, int wanted) {
  ASSIGN_OR_RETURN(const Time right, time_of(other));
  return Value::boolean(compare(time, right) == wanted);
}

Result<Value> rounded(const Time& time, const Value& unit, bool half_up) {
  ASSIGN_OR_RETURN(const int64_t nanos, nanos_of(unit));
  return Value::time(round_time(time, nanos, half_up));
}

Result<Value> format(const Time& time, Args args) {
  const std::string* layout = args[0].as_string();
  if (layout == nullptr) return wrong_type("string", args[0]);
  return Value::string(format_time(time, *layout));
}

Result<Value> add(const Time& time, Args args) {
  ASSIGN_OR_RETURN(const int64_t nanos, nanos_of(args[0]));
  return Value::time(from_wide(wide_nanos(time) + nanos, time.zone));
}

Result<Value> subtract(const Time& time, Args args) {
  ASSIGN_OR_RETURN(const Time other, time_of(args[0]));
  return Value::duration(clamp_nanos(wide_nanos(time) - wide_nanos(other)));
}

Result<Value> add_dates(const Time& time, Args args) {
  ASSIGN_OR_RETURN(const int64_t years, integer_of(args[0]));
  ASSIGN_OR_RETURN(const int64_t months, integer_of(args[1]));
  ASSIGN_OR_RETURN(const int64_t days, integer_of(args[2]));
  return Value::time(add_date(time, years, months, days));
}

Result<Value> iso_text(const Time& time, Args) {
  return Value::string(format_time(time, kLayoutDefault));
}

Result<Value> in_utc(const Time& time, Args) {
  return Value::time(Time{time.unix_seconds, time.nanos, nullptr});
}

constexpr std::array kTimeMethods = {
    TimeEntry{"Format", 1, format},
    TimeEntry{"String", 0, iso_text},
    TimeEntry{"UTC", 0, in_utc},
    // The server's zone is UTC: what a template prints must not depend on the machine.
    TimeEntry{"Local", 0, in_utc},
    TimeEntry{"Add", 1, add},
    TimeEntry{"Sub", 1, subtract},
    TimeEntry{"AddDate", 3, add_dates},
    TimeEntry{"Before", 1, [](const Time& t, Args a) { return compared(t, a[0], -1); }},
    TimeEntry{"After", 1, [](const Time& t, Args a) { return compared(t, a[0], 1); }},
    TimeEntry{"Equal", 1, [](const Time& t, Args a) { return compared(t, a[0], 0); }},
    TimeEntry{"IsZero", 0,
              [](const Time& t, Args) -> Result<Value> { return Value::boolean(t.is_zero()); }},
    TimeEntry{"Truncate", 1, [](const Time& t, Args a) { return rounded(t, a[0], false); }},
    TimeEntry{"Round", 1, [](const Time& t, Args a) { return rounded(t, a[0], true); }},
    TimeEntry{"Unix", 0, [](const Time& t, Args) { return integer(t.unix_seconds); }},
    TimeEntry{"UnixMilli", 0,
              [](const Time& t, Args) { return integer(clamp_nanos(wide_nanos(t) / 1'000'000)); }},
    TimeEntry{"UnixMicro", 0,
              [](const Time& t, Args) { return integer(clamp_nanos(wide_nanos(t) / 1000)); }},
    TimeEntry{"UnixNano", 0,
              [](const Time& t, Args) { return integer(clamp_nanos(wide_nanos(t))); }},
    TimeEntry{"Year", 0, [](const Time& t, Args) { return integer(t.civil().year); }},
    TimeEntry{"Month", 0,
              [](const Time& t, Args) -> Result<Value> {
                return Value::integer(t.civil().month, IntType::kMonth);
              }},
    TimeEntry{"Day", 0, [](const Time& t, Args) { return integer(t.civil().day); }},
    TimeEntry{"Hour", 0, [](const Time& t, Args) { return integer(t.civil().hour); }},
    TimeEntry{"Minute", 0, [](const Time& t, Args) { return integer(t.civil().minute); }},
    TimeEntry{"Second", 0, [](const Time& t, Args) { return integer(t.civil().second); }},
    TimeEntry{"Nanosecond", 0, [](const Time& t, Args) { return integer(t.nanos); }},
    TimeEntry{"YearDay", 0, [](const Time& t, Args) { return integer(t.civil().year_day); }},
    TimeEntry{"Weekday", 0,
              [](const Time& t, Args) -> Result<Value> {
                return Value::integer(t.civil().weekday, IntType::kWeekday);
              }},
};

using DurationMethod = Result<Value> (*)(int64_t, Args);

struct DurationEntry {
  std::string_view name;
  size_t args;
  DurationMethod call;
};

// Whole and fractional part apart, as Go does, for the last digit.
Result<Value> in_unit(int64_t nanos, int64_t unit) {
  return Value::number(static_cast<double>(nanos / unit) +
                       static_cast<double>(nanos % unit) / static_cast<double>(unit));
}

Result<Value> truncate_duration(int64_t nanos, Args args) {
  ASSIGN_OR_RETURN(const int64_t unit, nanos_of(args[0]));
  return Value::duration(unit <= 0 ? nanos : nanos - nanos % unit);
}

// Half away from zero.
Result<Value> round_duration(int64_t nanos, Args args) {
  ASSIGN_OR_RETURN(const int64_t unit, nanos_of(args[0]));
  if (unit <= 0) return Value::duration(nanos);
  const Wide remainder = nanos % unit;
  const Wide magnitude = remainder < 0 ? -remainder : remainder;
  Wide rounded_nanos = Wide{nanos} - remainder;
  if (magnitude + magnitude >= unit) rounded_nanos += nanos < 0 ? -Wide{unit} : Wide{unit};
  return Value::duration(clamp_nanos(rounded_nanos));
}

constexpr std::array kDurationMethods = {
    DurationEntry{"String", 0,
                  [](int64_t v, Args) -> Result<Value> {
                    return Value::string(base::format_go_duration(v));
                  }},
    DurationEntry{"Seconds", 0, [](int64_t v, Args) { return in_unit(v, kNanosPerSecond); }},
    DurationEntry{"Minutes", 0, [](int64_t v, Args) { return in_unit(v, 60 * kNanosPerSecond); }},
    DurationEntry{"Hours", 0, [](int64_t v, Args) { return in_unit(v, 3600 * kNanosPerSecond); }},
    DurationEntry{"Milliseconds", 0, [](int64_t v, Args) { return integer(v / 1'000'000); }},
    DurationEntry{"Microseconds", 0, [](int64_t v, Args) { return integer(v / 1000); }},
    DurationEntry{"Nanoseconds", 0, [](int64_t v, Args) { return integer(v); }},
    DurationEntry{"Abs", 0,
                  [](int64_t v, Args) -> Result<Value> {
                    return Value::duration(v < 0 ? clamp_nanos(-Wide{v}) : v);
                  }},
    DurationEntry{"Round", 1, round_duration},
    DurationEntry{"Truncate", 1, truncate_duration},
};

template <class Table, class Receiver>
std::optional<Result<Value>> call(const Table& table, const Receiver& receiver,
                                  std::string_view name, Args args) {
  const auto it = std::find_if(table.begin(), table.end(),
                               [name](const auto& entry) { return entry.name == name; });
  if (it == table.end()) return std::nullopt;
  if (it->args != args.size()) {
    return Error{Code::kInvalid, "wrong number of args for " + std::string(name) + ": want " +
                                     std::to_string(it->args) + " got " +
                                     std::to_string(args.size())};
  }
  return it->call(receiver, args);
}

}  // namespace

std::optional<Result<Value>> time_method(const Time& time, std::string_view name, Args args) {
  return call(kTimeMethods, time, name, args);
}

std::optional<Result<Value>> duration_method(Duration duration, std::string_view name, Args args) {
  return call(kDurationMethods, duration.nanoseconds, name, args);
}

}  // namespace tocsin::tmpl
