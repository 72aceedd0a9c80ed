#include "engine/api/posted_alerts.h"

#include <gtest/gtest.h>

namespace tocsin::api {
namespace {

TEST(PostedAlerts, ReadsWhatPrometheusSends) {
  const auto alerts = parse_posted_alerts(
      R"([{"annotations":{"s":"t"},"endsAt":"2026-01-01T00:01:00.730Z",)"
      R"("startsAt":"2026-01-01T01:00:00+01:00","generatorURL":"http://vm:9090/graph?g0.expr=a",)"
      R"("labels":{"alertname":"A","empty":""},"unknown":[{}]}])");
  ASSERT_TRUE(alerts.ok());
  ASSERT_EQ(alerts->size(), 1u);
  const base::Alert& alert = alerts->front();
  EXPECT_EQ(alert.labels.to_braces(), "{alertname=\"A\"}");
  EXPECT_EQ(alert.annotations.get("s"), "t");
  EXPECT_EQ(alert.starts_at, 1'767'225'600'000);
  EXPECT_EQ(alert.ends_at, 1'767'225'660'730);
  EXPECT_EQ(alert.generator_url, "http://vm:9090/graph?g0.expr=a");
}

// amtool sends year 1 for "not set".
TEST(PostedAlerts, TakesYearOneAndNothingAsUnset) {
  for (const char* time : {R"("0001-01-01T00:00:00.000Z")", R"("")", "null"}) {
    const auto alerts = parse_posted_alerts(R"([{"labels":{"a":"b"},"startsAt":)" +
                                            std::string(time) + R"(,"endsAt":)" + time + "}]");
    ASSERT_TRUE(alerts.ok()) << time;
    EXPECT_EQ(alerts->front().starts_at, 0);
    EXPECT_EQ(alerts->front().ends_at, 0);
  }
}

TEST(PostedAlerts, TakesTimesWithoutZoneOrSeconds) {
  for (const char* time : {"2026-01-01T00:00:00", "2026-01-01T00:00", "2026-01-01"}) {
    const auto alerts =
        parse_posted_alerts(R"([{"labels":{"a":"b"},"startsAt":")" + std::string(time) + "\"}]");
    ASSERT_TRUE(alerts.ok()) << time;
    EXPECT_EQ(alerts->front().starts_at, 1'767'225'600'000) << time;
  }
}

TEST(PostedAlerts, TakesNoAlerts) {
  EXPECT_TRUE(parse_posted_alerts("[]")->empty());
  EXPECT_TRUE(parse_posted_alerts("null")->empty());
}

TEST(PostedAlerts, SaysWhatIsWrong) {
  struct Case {
    const char* body;
    int status;
    int code;
    const char* message;
  };
  constexpr Case kCases[] = {
      {"", 422, 602, "alerts in body is required"},
      {"{}", 400, 400, "it is not an array of alerts"},
      {"[{]", 400, 400, "it is not JSON"},
      {"[1]", 400, 400, "each alert must be an object"},
      {R"([{"labels":[]}])", 400, 400, "labels must be an object of strings"},
      {R"([{"labels":{"a":1}}])", 400, 400, "labels.a must be a string"},
      {R"([{"labels":{"":"x"}}])", 400, 400, "labels: a name is empty"},
      {R"([{"labels":{"a":"b"},"annotations":{"n":null}}])", 400, 400,
       "annotations.n must be a string"},
      {R"([{"labels":{"a":"b"},"startsAt":5}])", 400, 400, "startsAt must be a time"},
      {R"([{"labels":{"a":"b"},"endsAt":"soon"}])", 400, 400, "endsAt: \"soon\" is not a time"},
      {R"([{"labels":{"a":"b"},"generatorURL":5}])", 400, 400, "generatorURL must be a string"},
      {R"([{"labels":{"a":"b"}},{"labels":null}])", 422, 602, "1.labels in body is required"},
      {R"([{}])", 422, 602, "0.labels in body is required"},
      {R"([{"labels":{"a":"b"},"generatorURL":"::bad"}])", 422, 601,
       "0.generatorURL in body must be of type uri: \"::bad\""},
  };
  for (const Case& one : kCases) {
    const auto alerts = parse_posted_alerts(one.body);
    ASSERT_FALSE(alerts.ok()) << one.body;
    EXPECT_EQ(alerts.error().status, one.status) << one.body;
    EXPECT_EQ(alerts.error().code, one.code) << one.body;
    const std::string prefix =
        one.status == 422 ? "" : "parsing alerts body from \"\" failed, because ";
    EXPECT_EQ(alerts.error().message, prefix + one.message);
  }
}

TEST(PostedAlerts, RefusesDeepNestingBeforeParsing) {
  const auto alerts = parse_posted_alerts(std::string(1'000'000, '['));
  ASSERT_FALSE(alerts.ok());
  EXPECT_NE(alerts.error().message.find("nested too deeply"), std::string::npos);
  EXPECT_TRUE(parse_posted_alerts(R"([{"labels":{"a":"[[[[[[[[[[[[[[[[[[[["}}])").ok());
}

}  // namespace
}  // namespace tocsin::api
