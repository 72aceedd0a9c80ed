#include "promql/script/start_notation.h"

#include <gtest/gtest.h>

#include <string>

namespace tocsin::promql {
namespace {

std::string render(const std::vector<StartOffset>& starts) {
  std::string out;
  for (const StartOffset& start : starts) {
    if (!out.empty()) out += ' ';
    out += start ? std::to_string(*start) : "_";
  }
  return out;
}

struct Case {
  const char* items;
  const char* starts;
};

class Starts : public testing::TestWithParam<Case> {};

TEST_P(Starts, Expand) {
  const std::string line = std::string("x{a=\"b c\"}@st ") + GetParam().items;
  EXPECT_TRUE(*is_start_line(line));
  const auto parsed = parse_start_line(line);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(parsed->labels.to_metric(), "x{a=\"b c\"}");
  EXPECT_EQ(render(parsed->starts), GetParam().starts);
}

INSTANTIATE_TEST_SUITE_P(All, Starts,
                         testing::Values(Case{"", ""}, Case{"_ -1m  +30s 0", "_ -60000 30000 0"},
                                         Case{"_x3", "_ _ _"}, Case{"-1msx2", "-1 -1 -1"},
                                         Case{"-30s-1mx2", "-30000 -90000 -150000"},
                                         Case{"0+10msx1", "0 10"}, Case{"-0ms", "0"},
                                         Case{"1h-1sx0", "3600000"}));

struct Fault {
  const char* line;
  const char* message;
};

class StartFaults : public testing::TestWithParam<Fault> {};

TEST_P(StartFaults, AreNamed) {
  const auto parsed = parse_start_line(GetParam().line);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, StartFaults,
    testing::Values(
        Fault{"x@start 1m", "expected a blank after @st"},
        Fault{"x@st 1q", "invalid @st item \"1q\": unknown unit \"q\" in duration \"1q\""},
        Fault{"x@st m", "invalid @st item \"m\": not a valid duration string: \"m\""},
        Fault{"x@st _x0", "invalid @st item \"_x0\": invalid repeat count"},
        Fault{"x@st _y", "invalid @st item \"_y\": expected a repetition such as x5"},
        Fault{"x@st 1m*2", "invalid @st item \"1m*2\": expected +, - or x"},
        Fault{"x@st 1m+1s", "invalid @st item \"1m+1s\": expected a repetition such as x5"},
        Fault{"x@st 1mx2y", "invalid @st item \"1mx2y\": invalid repeat count"},
        Fault{"x@st 1mx99999999999", "invalid @st item \"1mx99999999999\": invalid repeat count"},
        Fault{"x@st _x1000000 _", "a series may have at most 1000000 start timestamps in one line"},
        Fault{"x@st 100000000000d", "invalid @st item \"100000000000d\": duration out of range"}));

TEST(StartLine, IsTellable) {
  EXPECT_FALSE(*is_start_line("x{a=\"@st \"} 1"));
  EXPECT_FALSE(*is_start_line("x 1"));
  EXPECT_FALSE(is_start_line("x{").has_value());
}

}  // namespace
}  // namespace tocsin::promql
