// tocsin query over files: what is read, asked and printed.
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <limits>

#include "engine/app/cli.h"
#include "engine/app/commands.h"
#include "engine/app/sparkline.h"
#include "engine/app/table.h"
#include "tests/unit/app/folder.h"

namespace tocsin::app {
namespace {

constexpr const char* kFleet =
    "# TYPE gpu_temp gauge\n"
    "gpu_temp{host=\"a\",gpu=\"0\"} 70 1766000000\n"
    "gpu_temp{host=\"a\",gpu=\"0\"} 89.5 1766000060 # {trace_id=\"x\"} 1 1766000059\n"
    "gpu_temp{host=\"a\",gpu=\"1\"} 60 1766000060.5\n"
    "gpu_temp{host=\"b\",gpu=\"0\"} 50 1765990000\n"
    "up{host=\"a\"} 1 1766000000\n"
    "# EOF\n";

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

class QueryCommand : public ::testing::Test {
 protected:
  Outcome query(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"tocsin", "query"});
    std::vector<const char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    Outcome out;
    out.code = run_command_line(static_cast<int>(pointers.size()), pointers.data());
    std::cout.flush();
    out.out = ::testing::internal::GetCapturedStdout();
    out.err = ::testing::internal::GetCapturedStderr();
    return out;
  }
  /// What a query over `text` prints; standard error if it fails.
  std::string over(const std::string& text, std::vector<std::string> arguments) {
    arguments.push_back("--data=" + folder_.write("data", text));
    const Outcome outcome = query(std::move(arguments));
    return outcome.code == kExitOk ? outcome.out : outcome.err;
  }

  const TestFolder folder_;
};

TEST_F(QueryCommand, EvaluatesAtTheNewestSampleOfTheData) {
  EXPECT_EQ(over(kFleet, {"instant", "gpu_temp"}),
            "gpu_temp{gpu=\"0\", host=\"a\"} => 89.5 @[1766000060.5]\n"
            "gpu_temp{gpu=\"1\", host=\"a\"} => 60 @[1766000060.5]\n");
  EXPECT_EQ(over(kFleet, {"instant", "--time=1766000000", "sum(gpu_temp)"}),
            "{} => 70 @[1766000000]\n");
  EXPECT_EQ(over(kFleet, {"instant", "-o", "json", "count(gpu_temp)"}),
            "[{\"metric\":{},\"value\":[1766000060.5,\"2\"]}]\n");
  EXPECT_EQ(over("load 1m\n  a 1 2 3\n", {"instant", "a"}), "a => 3 @[120]\n");
}

TEST_F(QueryCommand, TakesSeveralFiles) {
  const std::string fleet = folder_.write("a.om", kFleet);
  const std::string more = folder_.write("b.om", "more 7 1766000060\n# EOF\n");
  const std::string expected = "{} => 3 @[1766000060.5]\n";
  const std::string expr = "count({__name__=~\"gpu_temp|more\"})";
  EXPECT_EQ(query({"instant", "--data", fleet, "--data", more, expr}).out, expected);
  EXPECT_EQ(query({"instant", "--data", fleet, more, expr}).out, expected)
      << "as a shell expands --data *.om";
}

TEST_F(QueryCommand, ReadsBothTextFormats) {
  EXPECT_EQ(over("a 1 1766000000000\na 2 1766000001000\n", {"instant", "a"}),
            "a => 2 @[1766000001]\n");
  EXPECT_EQ(over("a 2 1766000001\na 1 1766000000\n# EOF\n", {"instant", "count_over_time(a[5m])"}),
            "{} => 2 @[1766000001]\n")
      << "in any order";
  EXPECT_EQ(over("load 0.5 1766000000\n# EOF\n", {"instant", "load"}),
            "load => 0.5 @[1766000000]\n")
      << "a metric, not a script";
  EXPECT_EQ(over("a 3\n", {"instant", "a * 2", "-o", "table"}), "value\n    6\n")
      << "without a timestamp it is of now";
}

TEST_F(QueryCommand, SaysWhereDataIsWrong) {
  const std::string file = folder_.path("data");
  const std::tuple<const char*, const char*> cases[] = {
      {"ok 1 1\nb{x=\"1} 2\n# EOF\n", ":2:5: a quoted string does not end"},
      {"a\n# EOF\n", ":1:2: the sample has no value"},
      {"a one\n# EOF\n", ":1:3: not a value: \"one\""},
      {"a 1 late\n# EOF\n", ":1:5: not a timestamp: \"late\""},
      {"a 1 1 more\n# EOF\n", ":1:7: unexpected \"more\" after the sample"},
      {"a 1 1\na 2 1\n# EOF\n", ":2:3: a has a second sample of the time 1970-01-01T00:00:01Z"},
      {"a 1 1766000000\n", ":1:5: the timestamp 1766000000 looks like seconds"},
      {"load 1m\n  a{x=} 1\n", ":2:7: "},
      {"load 1m\n  a 1\n\neval instant at 0 a\n", "only load blocks can be data"},
  };
  for (const auto& [text, complaint] : cases) {
    const std::string err = over(text, {"instant", "a"});
    EXPECT_TRUE(err.starts_with("tocsin: " + file)) << err;
    EXPECT_NE(err.find(complaint), std::string::npos) << err;
  }
  EXPECT_EQ(query({"instant", "--data=" + folder_.path("none"), "a"}).code, kExitFailed);
}

TEST_F(QueryCommand, PrintsLargeAnswersWhole) {
  const std::string out =
      over(kFleet, {"range", "--start=0", "--end=10999", "--step=1", "--format=json",
                    "vector(time()) or label_replace(vector(time()), \"a\", \"b\", \"\", \"\")"});
  EXPECT_GT(out.size(), 256u << 10);
  EXPECT_TRUE(out.ends_with("[10999,\"10999\"]]}]\n")) << out.substr(0, 200);
}

TEST_F(QueryCommand, ListsSeriesAndLabels) {
  EXPECT_EQ(over(kFleet, {"series", "{host=\"a\"}"}),
            "gpu_temp{gpu=\"0\", host=\"a\"}\ngpu_temp{gpu=\"1\", host=\"a\"}\nup{host=\"a\"}\n");
  EXPECT_EQ(over(kFleet, {"series", "--match=up", "--match=gpu_temp{gpu=\"1\"}", "-o", "table"}),
            "all: {host=\"a\"}\nmetric    gpu\ngpu_temp  1\nup\n");
  EXPECT_EQ(over(kFleet, {"series", "-o", "json", "up"}),
            "[{\"__name__\":\"up\",\"host\":\"a\"}]\n");
  EXPECT_EQ(over(kFleet, {"labels"}), "__name__\ngpu\nhost\n");
  EXPECT_EQ(over(kFleet, {"labels", "host"}), "a\nb\n");
  EXPECT_EQ(over(kFleet, {"labels", "host", "--match=up"}), "a\n");
  EXPECT_EQ(over(kFleet, {"labels", "-o", "json", "host", "--start=1765999999"}), "[\"a\"]\n");
}

TEST_F(QueryCommand, PrintsTablesAndCurves) {
  EXPECT_EQ(over(kFleet, {"instant", "-o", "table", "gpu_temp"}),
            "all: gpu_temp{host=\"a\"}\ngpu  value\n0     89.5\n1       60\n");
  EXPECT_EQ(over("load 20s\n  m{a=\"1\"} 0 1 2 3\n  m{a=\"2\"} _ 5 _ NaN\n",
                 {"range", "-o", "table", "--start=0", "--end=60", "--step=20",
                  "--sparkline=always", "m"}),
            "all: m\na  min  max  last\n1    0    3     3  ▁▃▆█\n2    5    5   NaN   ▄▄\n");
  EXPECT_EQ(over("load 20s\n  m 0 1\n", {"range", "--start=0", "--end=20", "--step=20", "m"}),
            "m =>\n0 @[0]\n1 @[20]\n")
      << "as promtool prints it when nobody looks";
}

TEST_F(QueryCommand, FormatsWithoutAsking) {
  EXPECT_EQ(query({"format", "sum(x)by(job)>.5"}).out, "sum by (job) (x) > 0.5\n");
  EXPECT_EQ(query({"format", "--", "-up"}).out, "-up\n");
  EXPECT_EQ(query({"format", "-o", "json", "a+b"}).out, "\"a + b\"\n");
  const Outcome wrong = query({"format", "sum("});
  EXPECT_EQ(wrong.code, kExitFailed);
  EXPECT_EQ(wrong.err, "tocsin: 1:5: parse error: unclosed left parenthesis\n");
}

TEST_F(QueryCommand, ExplainsWhyNothingFired) {
  const std::string text = over(kFleet, {"explain", "gpu_temp > 90 and on (host) up == 1"});
  EXPECT_NE(text.find("nothing, because\n  both series removed by > 90; nearest: "
                      "gpu_temp{gpu=\"0\", host=\"a\"} = 89.5\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("no sample within the lookback of 5m"), std::string::npos) << text;
  const std::string json = over(kFleet, {"explain", "-o", "json", "gpu_temp > 90"});
  EXPECT_NE(json.find("\"summary\":\"both series removed by > 90\""), std::string::npos) << json;
  EXPECT_NE(over(kFleet, {"explain", "gpu_temp", "--start=1766000000", "--step=30s"})
                .find("from 2025-12-17T19:33:20Z to 2025-12-17T19:34:20.5Z, step 30s: 1 series"),
            std::string::npos);
}

TEST_F(QueryCommand, ExplainsFailuresAndFails) {
  const std::string data = folder_.write("fleet", kFleet);
  const std::string expr = "gpu_temp * on (host) gpu_temp";
  const Outcome text = query({"explain", "--data", data, expr});
  EXPECT_EQ(text.code, kExitFailed);
  EXPECT_NE(text.out.find("failed: found duplicate series for the match group"), std::string::npos)
      << text.out;
  EXPECT_NE(text.out.find("└─ gpu_temp"), std::string::npos) << "what ran is shown";
  const Outcome json = query({"explain", "--data", data, "-o", "json", expr});
  EXPECT_EQ(json.code, kExitFailed);
  EXPECT_NE(json.out.find("\"error\":\"found duplicate"), std::string::npos) << json.out;
}

TEST_F(QueryCommand, RefusesWrongUsage) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"instant"}, "name an expression"},
      {{"instant", "http://localhost:9099"}, "name an expression besides the server"},
      {{"instant", "localhost:9099"}, "name an expression besides the server"},
      {{"instant", "http://a:1", "sum", "by", "x"}, "does the expression need quotes?"},
      {{"instant", "--queries=q", "up"}, "--queries needs --data"},
      {{"range", "up", "--start=noon", "--data=DATA"}, "--start: "},
      {{"explain", "up", "--time=1", "--start=1", "--data=DATA"}, "--time is for one time"},
      {{"series"}, "name a selector"},
      {{"labels", "a", "b", "c"}, "name one label at most"},
      {{"format"}, "name one expression"},
      {{"format", "-up"},
       "unknown flag -up; what begins with a minus and is no flag goes after --"},
      {{"instant", "-o", "yaml", "up"}, "must be text, json or table"},
      {{"labels", "-o", "table"}, "must be text or json"},
      {{"exlain", "up"}, "did you mean explain?"},
      {{"explain", "--dta=x", "up"}, "unknown flag --dta; did you mean --data?"},
  };
  const std::string data = folder_.write("fleet", kFleet);
  for (auto [arguments, complaint] : cases) {
    for (std::string& argument : arguments) {
      if (argument == "--data=DATA") argument = "--data=" + data;
    }
    const Outcome outcome = query(arguments);
    EXPECT_EQ(outcome.code, kExitUsage) << complaint;
    EXPECT_NE(outcome.err.find(complaint), std::string::npos) << outcome.err;
  }
}

TEST(Sparkline, ShowsSpikesAndGaps) {
  const std::vector<base::TimestampMs> t = {0, 1, 2, 3, 7};
  const std::vector<double> v = {0, 7, 1, 3, 7};
  EXPECT_EQ(sparkline({t, v, 0, 8}, 8), "▁█▂▄   █");
  EXPECT_EQ(sparkline({t, v, 0, 8}, 4), "█▄ █") << "a spike outlives its neighbours";
  const std::vector<double> flat(5, 2);
  EXPECT_EQ(sparkline({t, flat, 0, 8}, 8), "▄▄▄▄   ▄");
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> odd = {0, infinity, -infinity, 1, std::nan("")};
  EXPECT_EQ(sparkline({t, odd, 0, 8}, 8), "▁█▁█    ");
  EXPECT_EQ(sparkline({t, v, 0, 8}, 0), "");
}

TEST(Table, AlignsByCharacters) {
  Table table;
  table.add_column("a");
  table.add_column("n", true);
  table.add_row({"é", "10"});
  table.add_row({"long", "5"});
  EXPECT_EQ(table.width(), 8u);
  EXPECT_EQ(table.text(false), "a      n\né     10\nlong   5\n");
}

}  // namespace
}  // namespace tocsin::app
