#include "engine/api/parameters.h"

#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

TEST(Parameters, MergesFormAndUrlTheFormFirst) {
  net::ServerRequest request =
      post("/", "Application/X-WWW-Form-URLencoded; charset=utf-8", "a=1+2&b=%7B&m[]=x");
  request.query = "a=url&c=3&m%5B%5D=y";
  const Parameters parameters(request);
  EXPECT_EQ(parameters.get("a"), "1 2");
  EXPECT_EQ(parameters.get("b"), "{");
  EXPECT_EQ(parameters.get("c"), "3");
  EXPECT_EQ(parameters.get("d"), "");
  EXPECT_TRUE(parameters.has("c"));
  EXPECT_FALSE(parameters.has("d"));
  EXPECT_EQ(parameters.all("m[]"), (std::vector<std::string>{"x", "y"}));
}

TEST(Parameters, ReadsNoOtherBody) {
  const Parameters parameters(post("/", "text/plain", "a=1"));
  EXPECT_FALSE(parameters.has("a"));
}

TEST(Parameters, LeavesOutWhatIsMalformed) {
  const Parameters parameters(get("/", "a=%zz&%=1&b=2&c=3;d=4&e"));
  EXPECT_FALSE(parameters.has("a"));
  EXPECT_FALSE(parameters.has("%"));
  EXPECT_FALSE(parameters.has("c"));
  EXPECT_EQ(parameters.get("b"), "2");
  EXPECT_TRUE(parameters.has("e"));
  EXPECT_EQ(parameters.fault(), R"(invalid URL escape "%zz")");
  EXPECT_EQ(Parameters(get("/", "a;b")).fault(), "invalid semicolon separator in query");
  EXPECT_EQ(Parameters(get("/", "a=%41")).fault(), "");
}

TEST(ParseTime, TakesSecondsAndRfc3339) {
  const std::pair<const char*, base::TimestampMs> cases[] = {
      {"0", 0},
      {"1.0104", 1010},
      {"1.0106", 1011},
      {"-0.5", -500},
      {"1e3", 1'000'000},
      {"1831246517.989", 1'831'246'517'989},
      {"2020-01-01T00:00:00Z", 1'577'836'800'000},
      {"2020-01-01T02:00:00.123456+02:00", 1'577'836'800'123},
  };
  for (const auto& [text, t] : cases) {
    const auto time = parse_time(text);
    ASSERT_TRUE(time.ok()) << text;
    EXPECT_EQ(*time, t) << text;
  }
}

TEST(ParseTime, RefusesTheRest) {
  for (const char* text : {"", "x", "NaN", "Inf", "1e30", "2020-01-01", "2020-13-01T00:00:00Z"}) {
    const auto time = parse_time(text);
    ASSERT_FALSE(time.ok()) << text;
    EXPECT_EQ(time.error().message,
              "cannot parse \"" + std::string(text) + "\" to a valid timestamp");
  }
}

TEST(ParseStep, TakesSecondsAndDurations) {
  const std::pair<const char*, base::DurationMs> cases[] = {
      {"15", 15'000}, {"0.5", 500}, {"1m30s", 90'000}, {"5ms", 5},
      {"-1", -1000},  {"0", 0},     {"0.0001", 1}};
  for (const auto& [text, ms] : cases) {
    const auto step = parse_step(text);
    ASSERT_TRUE(step.ok()) << text;
    EXPECT_EQ(*step, ms) << text;
  }
  EXPECT_EQ(parse_step("x").error().message, "cannot parse \"x\" to a valid duration");
  EXPECT_EQ(parse_step("1e300").error().message,
            "cannot parse \"1e300\" to a valid duration. It overflows int64");
  EXPECT_FALSE(parse_step("NaN").ok());
}

TEST(ParseInteger, ReadsAsGoDoes) {
  EXPECT_EQ(*parse_integer("+5", "f"), 5);
  EXPECT_EQ(*parse_integer("-5", "f"), -5);
  for (const char* text : {"", "+", "+-5", "5x", " 5", "0x5", "1.0"}) {
    const auto value = parse_integer(text, "strconv.Atoi");
    ASSERT_FALSE(value.ok()) << text;
    EXPECT_EQ(value.error().message,
              "strconv.Atoi: parsing \"" + std::string(text) + "\": invalid syntax");
  }
  EXPECT_EQ(parse_integer("99999999999999999999", "f").error().message,
            "f: parsing \"99999999999999999999\": value out of range");
}

TEST(ParseLimit, IsNoneWhenZeroOrMissing) {
  EXPECT_EQ(*parse_limit(""), 0u);
  EXPECT_EQ(*parse_limit("0"), 0u);
  EXPECT_EQ(*parse_limit("7"), 7u);
  EXPECT_EQ(parse_limit("-1").error().message, "limit must be non-negative");
}

TEST(ParseBool, ReadsAsGoDoes) {
  EXPECT_TRUE(*parse_bool("T"));
  EXPECT_FALSE(*parse_bool("False"));
  EXPECT_EQ(parse_bool("yes").error().message,
            "strconv.ParseBool: parsing \"yes\": invalid syntax");
}

TEST(ParseMatches, WantsSomethingToSelectBy) {
  EXPECT_TRUE(parse_matches({})->empty());
  EXPECT_EQ(parse_matches({"up", "{job=\"a\"}"})->size(), 2u);
  for (const char* text : {"{}", "{a=\"\"}", "{a=~\".*\"}"}) {
    const auto matches = parse_matches({text});
    ASSERT_FALSE(matches.ok()) << text;
    EXPECT_EQ(matches.error().message, "match[] must contain at least one non-empty matcher");
  }
  EXPECT_FALSE(parse_matches({"up{"}).ok());
}

TEST(MediaType, IgnoresCaseAndParameters) {
  EXPECT_TRUE(is_media_type("Application/JSON ; charset=utf-8", "application/json"));
  EXPECT_FALSE(is_media_type("", "application/json"));
  EXPECT_FALSE(is_media_type("application/jsonx", "application/json"));
}

}  // namespace
}  // namespace tocsin::api
