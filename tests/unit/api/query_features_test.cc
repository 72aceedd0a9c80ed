// What queries say besides their result, and what feature names change, as clients see it.
#include <nlohmann/json.hpp>

#include "engine/api/query_api.h"
#include "promql/script/memory_source.h"
#include "tests/support/fake_time.h"
#include "tests/unit/api/call.h"

namespace tocsin::api {
namespace {

using base::Labels;

constexpr base::TimestampMs kMinute = base::kMinute;

std::string escape(const std::string& text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    (out += '%') += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

// An answer, line by line: "METRIC VALUE", "warning: …", "info: …", "error: …".
std::string show(const std::string& body) {
  const auto json = nlohmann::json::parse(body);
  if (json["status"] == "error") return "error: " + json["error"].get<std::string>() + "\n";
  std::string out;
  for (const auto& item : json["data"]["result"]) {
    out += item["metric"].dump() + " " + item["value"][1].get<std::string>() + "\n";
  }
  for (const auto& text : json.value("warnings", nlohmann::json::array()))
    out += "warning: " + text.get<std::string>() + "\n";
  for (const auto& text : json.value("infos", nlohmann::json::array()))
    out += "info: " + text.get<std::string>() + "\n";
  return out;
}

std::string not_named_as_counter(const std::string& name, const std::string& position) {
  return "info: PromQL info: metric might not be a counter, name does not end in "
         "_total/_sum/_count/_bucket: \"" +
         name + "\" (" + position + ")\n";
}

std::string not_typed_as_counter(const std::string& type, const std::string& name,
                                 const std::string& position) {
  return "info: PromQL info: metric might not be a counter, __type__ label is not set to "
         "\"counter\" or \"histogram\", got \"" +
         type + "\": \"" + name + "\" (" + position + ")\n";
}

struct QueryFeaturesTest : ::testing::Test {
  // Three samples a minute apart, from 0 on, each `step` higher than the one before.
  void add(const Labels& labels, double step) {
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(source.append(labels, i * kMinute, i * step).ok());
  }
  void add(const std::string& name, double step) { add(Labels::of({{"__name__", name}}), step); }

  // The answer at 2m.
  std::string ask(const std::string& query) {
    promql::EvalOptions options;
    options.features = features;
    QueryApi api{{.source = source, .clock = clock, .gate = gate}, options};
    Router router;
    api.mount(router);
    return show(router(get("/api/v1/query", "time=120&query=" + escape(query))).body);
  }

  testing::FakeClock clock{4'000};
  promql::MemorySource source;
  promql::Features features;
  QueryGate gate{1, clock};
};

TEST_F(QueryFeaturesTest, AnnotationsHaveLineAndColumn) {
  add("gauge", 60);
  EXPECT_EQ(ask("quantile(2,\n  rate(gauge[2m]))"),
            "{} +Inf\n"
            "warning: PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)\n" +
                not_named_as_counter("gauge", "2:8"));
}

TEST_F(QueryFeaturesTest, AnAnnotationIsMadeOnceWithItsLastPosition) {
  add("gauge", 60);
  EXPECT_EQ(ask("rate(gauge[2m]) + rate(gauge[2m])"),
            "{} 2\n" + not_named_as_counter("gauge", "1:24"));
}

TEST_F(QueryFeaturesTest, FurtherAnnotationsAreCounted) {
  features.delayed_name_removal = true;
  std::string expected = "{} 12\n";
  for (char c = 'a'; c < 'a' + 12; ++c) {
    add(std::string(1, c), 60);
    if (c < 'k') expected += not_named_as_counter(std::string(1, c), "1:12");
  }
  EXPECT_EQ(ask("count(rate({__name__=~\"[a-l]\"}[2m]))"),
            expected + "info: 2 more info annotations omitted\n");
}

TEST_F(QueryFeaturesTest, NamesGoAtOnceUnlessTheirRemovalIsDelayed) {
  add("a_total", 60);
  const std::string named =
      R"(label_replace(rate(a_total[2m]), "name", "$1", "__name__", "(.+)_total"))";
  EXPECT_EQ(ask(named), "{} 1\n");
  features.delayed_name_removal = true;
  EXPECT_EQ(ask(named), "{\"name\":\"a\"} 1\n");
}

TEST_F(QueryFeaturesTest, DelayedNamesStillTellSeriesApart) {
  add("a_total", 60);
  add("b_total", 120);
  const std::string rates = R"(rate({__name__=~"[ab]_total"}[2m]))";
  const std::string named = "label_replace(" + rates + R"-(, "n", "$1", "__name__", "(.*)"))-";
  const std::string clash = "error: vector cannot contain metrics with the same labelset\n";
  EXPECT_EQ(ask(rates), clash);
  EXPECT_EQ(ask(named), clash);
  EXPECT_EQ(ask("sum(" + rates + ")"), clash);
  features.delayed_name_removal = true;
  EXPECT_EQ(ask(rates), clash);
  EXPECT_EQ(ask(named), "{\"n\":\"a_total\"} 1\n{\"n\":\"b_total\"} 2\n");
  EXPECT_EQ(ask("sum(" + rates + ")"), "{} 3\n");
  // As upstream: the groups still have the names, which go in the end.
  EXPECT_EQ(ask("sum by (__name__) (" + rates + ")"), clash);
}

TEST_F(QueryFeaturesTest, TypesAndUnitsGoWithNames) {
  add(Labels::of({{"__name__", "x"}, {"__type__", "gauge"}, {"__unit__", "s"}, {"a", "b"}}), 60);
  const std::string metric = R"({"__name__":"x","__type__":"gauge","__unit__":"s","a":"b"})";
  for (const bool delayed : {false, true}) {
    features.delayed_name_removal = delayed;
    for (const char* query : {"x", "x > 1", "last_over_time(x[1m])", "sort(x)", "topk(1, x)",
                              "x and x", "x or x", R"(label_replace(x, "c", "", "", ""))"}) {
      EXPECT_EQ(ask(query), metric + " 120\n") << query;
    }
    for (const char* query : {"x * 1", "-(-x)", "abs(x)", "x + on (a) 0 * x", "sum by (a) (x)",
                              "max_over_time(x[1m])"}) {
      EXPECT_EQ(ask(query), "{\"a\":\"b\"} 120\n") << query;
    }
    EXPECT_EQ(ask("max without () (x)"), R"({"__type__":"gauge","__unit__":"s","a":"b"})"
                                         " 120\n");
    EXPECT_EQ(ask("x > bool 1"), "{\"a\":\"b\"} 1\n");
    EXPECT_EQ(ask("sum by (__type__, a) (x)"), R"({"__type__":"gauge","a":"b"})"
                                               " 120\n");
  }
}

TEST_F(QueryFeaturesTest, TypeLabelsDecideWhatIsACounter) {
  add(Labels::of({{"__name__", "x"}, {"__type__", "counter"}}), 60);
  add(Labels::of({{"__name__", "y_total"}, {"__type__", "gauge"}}), 60);
  add("z_total", 60);
  EXPECT_EQ(ask("rate(x[2m])"), "{} 1\n" + not_named_as_counter("x", "1:6"));
  EXPECT_EQ(ask("rate(y_total[2m])"), "{} 1\n");
  features.type_and_unit_labels = true;
  EXPECT_EQ(ask("rate(x[2m])"), "{} 1\n");
  EXPECT_EQ(ask("rate(y_total[2m])"), "{} 1\n" + not_typed_as_counter("gauge", "y_total", "1:6"));
  EXPECT_EQ(ask("increase(z_total[2m])"), "{} 120\n" + not_typed_as_counter("", "z_total", "1:10"));
}

TEST_F(QueryFeaturesTest, StartTimestampsAreUsedWhenAskedFor) {
  const Labels labels = Labels::of({{"__name__", "a_total"}});
  ASSERT_TRUE(source.append(labels, 2 * kMinute, 5.0, kMinute).ok());
  EXPECT_EQ(ask("increase(a_total[2m])"), "");
  features.use_start_timestamps = true;
  EXPECT_EQ(ask("increase(a_total[2m])"), "{} 5\n");
}

}  // namespace
}  // namespace tocsin::api
