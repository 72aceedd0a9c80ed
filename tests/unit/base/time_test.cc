#include "engine/base/time.h"

#include <gtest/gtest.h>

namespace tocsin::base {
namespace {

TEST(Duration, ReadsAndPrintsAsUpstream) {
  EXPECT_EQ(*parse_duration("1h30m"), 90 * kMinute);
  EXPECT_EQ(*parse_duration("0"), 0);
  EXPECT_EQ(*parse_duration("1y2w3d4h5m6s7ms"),
            365 * kDay + 14 * kDay + 3 * kDay + 4 * kHour + 5 * kMinute + 6 * kSecond + 7);
  EXPECT_EQ(format_duration(90 * kMinute), "1h30m");
  EXPECT_EQ(format_duration(7 * kDay), "1w");
  EXPECT_EQ(format_duration(8 * kDay), "8d");
  EXPECT_EQ(format_duration(365 * kDay), "1y");
  EXPECT_EQ(format_duration(36 * kHour), "1d12h");
  EXPECT_EQ(format_duration(-5 * kMinute), "-5m");
  EXPECT_EQ(format_duration(90'030), "1m30s30ms");
  EXPECT_EQ(format_duration(0), "0s");
}

TEST(Duration, RefusesWithUpstreamsTexts) {
  EXPECT_EQ(parse_duration("").error().message, "empty duration string");
  for (const char* text : {"5", "1m1h", "5m5m", "-5m", "m"}) {
    EXPECT_EQ(parse_duration(text).error().message,
              "not a valid duration string: \"" + std::string(text) + "\"");
  }
  EXPECT_EQ(parse_duration("1.5h").error().message, R"(unknown unit "." in duration "1.5h")");
  EXPECT_EQ(parse_duration("5 m").error().message, R"(unknown unit " m" in duration "5 m")");
  EXPECT_EQ(parse_duration("5x").error().message, R"(unknown unit "x" in duration "5x")");
  EXPECT_EQ(parse_duration("300y").error().message, "duration out of range");
  EXPECT_EQ(parse_duration("99999999999999999999s").error().message, "duration out of range");
  EXPECT_EQ(*parse_signed_duration("-5m"), -5 * kMinute);
}

TEST(Duration, GoForm) {
  EXPECT_EQ(format_go_duration(0), "0s");
  EXPECT_EQ(format_go_duration(1'500'000'000), "1.5s");
  EXPECT_EQ(format_go_duration(5'400'000'000'000), "1h30m0s");
  EXPECT_EQ(format_go_duration(100'000'000), "100ms");
  EXPECT_EQ(format_go_duration(1'500), "1.5µs");
  EXPECT_EQ(format_go_duration(-60'000'000'000), "-1m0s");
}

TEST(Rfc3339, RoundTripsAndReadsOffsets) {
  EXPECT_EQ(format_rfc3339_ms(1'700'000'000'007), "2023-11-14T22:13:20.007Z");
  EXPECT_EQ(format_rfc3339(1'700'000'000'000), "2023-11-14T22:13:20Z");
  EXPECT_EQ(format_rfc3339(1'700'000'000'120), "2023-11-14T22:13:20.12Z");
  EXPECT_EQ(format_rfc3339_ms(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(*parse_rfc3339("2023-11-14T22:13:20.007Z"), 1'700'000'000'007);
  EXPECT_EQ(*parse_rfc3339("2023-11-15T00:13:20+02:00"), 1'700'000'000'000);
  EXPECT_EQ(*parse_rfc3339("2023-11-14T22:13:20.1234567Z"), 1'700'000'000'123);
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2023", "2023-13-01T00:00:00Z", "2023-02-30T00:00:00Z", "2023-01-01T24:00:00Z",
        "2023-01-01T00:00:00", "2023-01-01T00:00:00.Z", "2023-01-01T00:00:00Zx"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

}  // namespace
}  // namespace tocsin::base
