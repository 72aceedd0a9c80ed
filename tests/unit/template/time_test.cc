// Go's reference-time layouts, and the methods of times and durations.
#include "engine/template/go_time_layout.h"
#include "tests/unit/template/template_testing.h"

namespace tocsin::tmpl {
namespace {

constexpr base::TimestampMs kMoment = 1767323045678;  // 2026-01-02T03:04:05.678Z, a Friday

TEST(Layouts, Format) {
  const Time time = Time::from_ms(kMoment);
  for (const Case& c : std::vector<Case>{
           {"2006-01-02T15:04:05Z07:00", "2026-01-02T03:04:05Z"},
           {"Mon Jan _2 15:04:05 MST 2006", "Fri Jan  2 03:04:05 UTC 2026"},
           {"Monday, January 2 06 3:4:5 PM pm", "Friday, January 2 26 3:4:5 AM am"},
           {"002 __2 .000 .999999 ,00", "002   2 .678 .678 ,67"},
           {"-0700 -07:00 -07 Z0700 -07:00:00", "+0000 +00:00 +00 Z +00:00:00"},
           {"Month Janu 2006_2006", "Month Janu 2026_2026"},
           {"", ""},
           {"no date at all", "no date at all"},
       }) {
    EXPECT_EQ(format_time(time, c.text), c.expected) << c.text;
  }
  Time newfoundland = time;
  newfoundland.zone = fixed_zone(-12600, "");
  EXPECT_EQ(format_time(newfoundland, "15:04 -0700 MST Z07:00"), "23:34 -0330 -0330 -03:30");
  EXPECT_EQ(format_time(Time{}, kLayoutDefault), "0001-01-01 00:00:00 +0000 UTC");
}

TEST(Layouts, Parse) {
  struct ParseCase {
    std::string_view layout, text, expected;
  };
  for (const ParseCase& c : std::vector<ParseCase>{
           {"2006-01-02", "2024-02-29", "2024-02-29 00:00:00 +0000 UTC"},
           {"2006-01-02T15:04:05Z07:00", "2026-01-02T03:04:05.25+02:00",
            "2026-01-02 03:04:05.25 +0200 +0200"},
           {"Jan _2 3:04PM 06", "feb  9 1:30PM 69", "1969-02-09 13:30:00 +0000 UTC"},
           {"2006 002", "2024 060", "2024-02-29 00:00:00 +0000 UTC"},
           {"2006-01-02", "2023-02-29", "parsing time \"2023-02-29\": day out of range"},
           {"2006-01-02", "2023-13-01", "parsing time \"2023-13-01\": month out of range"},
           {"2006-01-02", "2023-02-20x", "parsing time \"2023-02-20x\": extra text: \"x\""},
           {"15:04", "1x:00",
            "parsing time \"1x:00\" as \"15:04\": cannot parse \"1x:00\" as \"15\""},
       }) {
    const auto time = parse_time(c.layout, c.text);
    EXPECT_EQ(time ? format_time(*time, kLayoutDefault) : time.error().message, c.expected)
        << c.text;
  }
}

TEST(Layouts, CalendarRoundTrip) {
  for (int64_t day = -800'000; day < 3'000'000; day += 12'345) {
    const CivilTime civil = civil_from_unix(day * 86400 + 3723);
    EXPECT_EQ(unix_from_civil(civil), day * 86400 + 3723);
    EXPECT_TRUE(civil.weekday >= 0 && civil.weekday < 7);
  }
}

TEST(TimeMethods, AsInGo) {
  expect_all({
      {"{{ now.Year }}-{{ now.Month }}-{{ now.Day }} {{ now.Weekday }} {{ now.YearDay }}",
       "2026-January-2 Friday 2"},
      {"{{ now.Hour }}:{{ now.Minute }}:{{ now.Second }} {{ now.Unix }} {{ now.UnixMilli }}",
       "3:4:5 1767323045 1767323045678"},
      {"{{ (now.AddDate 0 1 -1).Format \"2006-01-02\" }}", "2026-02-01"},
      {"{{ now.Sub (index .Alerts 1).StartsAt }} {{ (now.Add 1000000000).Unix }}",
       "678ms 1767323046"},
      {"{{ now.After (index .Alerts 1).StartsAt }} {{ now.Before now }} {{ now.Equal now.UTC }} {{ "
       "now.IsZero }}",
       "true false true false"},
      {"{{ now.Truncate 60000000000 }} {{ now.Round 60000000000 }}",
       "2026-01-02 03:04:00 +0000 UTC 2026-01-02 03:04:00 +0000 UTC"},
      {"{{ (since (index .Alerts 1).StartsAt).Seconds }} {{ (since (index .Alerts "
       "1).StartsAt).Milliseconds }}",
       "0.678 678"},
      {"{{ ((now.Add 90000000000).Sub now).Round 60000000000 }}", "2m0s"},
      {"{{ (index .Alerts 0).StartsAt.Foo }}",
       "template: :1:18: executing \"\" at <0>: can't evaluate field Foo in type time.Time"},
      {"{{ (index .Alerts 0).StartsAt.Format }}",
       "template: :1:18: executing \"\" at <0>: wrong number of args for Format: want 1 got 0"},
  });
}

TEST(Zones, DaylightSaving) {
  const auto berlin = load_zone("Europe/Berlin");
  ASSERT_TRUE(berlin);
  EXPECT_EQ((*berlin)->at(1767323045).name, "CET");
  EXPECT_EQ((*berlin)->at(1783000000).seconds, 7200);
}

}  // namespace
}  // namespace tocsin::tmpl
