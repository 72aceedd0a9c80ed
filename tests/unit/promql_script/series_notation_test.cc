#include "promql/script/series_notation.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/base/number.h"
#include "engine/base/sample.h"
#include "promql/script/histogram_notation.h"

namespace tocsin::promql {
namespace {

std::string render(const std::vector<SequencePoint>& points) {
  std::string out;
  for (const SequencePoint& point : points) {
    if (!out.empty()) out += ' ';
    if (point.omitted) {
      out += '_';
    } else if (point.h) {
      out += histogram_text(*point.h) + (point.hint_given ? "!" : "");
    } else {
      out += base::is_stale(point.v) ? "stale" : base::format_general(point.v);
    }
  }
  return out;
}

struct SequenceCase {
  const char* text;
  const char* points;
};

class Sequences : public testing::TestWithParam<SequenceCase> {};

TEST_P(Sequences, Expand) {
  const auto points = parse_sequence(GetParam().text);
  ASSERT_TRUE(points.has_value()) << points.error().message;
  EXPECT_EQ(render(*points), GetParam().points);
}

INSTANTIATE_TEST_SUITE_P(
    Floats, Sequences,
    testing::Values(SequenceCase{"", ""}, SequenceCase{"1 -2  +3.5 1e3", "1 -2 3.5 1000"},
                    SequenceCase{"Inf -inf NaN", "+Inf -Inf NaN"},
                    SequenceCase{"_ 1 _x2", "_ 1 _ _"}, SequenceCase{"stale 1", "stale 1"},
                    SequenceCase{"2x2", "2 2 2"}, SequenceCase{"1+2x3", "1 3 5 7"},
                    SequenceCase{"-1-0.5x2", "-1 -1.5 -2"}, SequenceCase{"0x0", "0"},
                    SequenceCase{"1e2+1e1x1", "100 110"}));

INSTANTIATE_TEST_SUITE_P(
    Histograms, Sequences,
    testing::Values(
        SequenceCase{"{{}}", "{{schema:0 count:0 sum:0}}"},
        SequenceCase{"{{schema:1 sum:-3.5 count:4 z_bucket:1 z_bucket_w:0.5 buckets:[1 0 2] "
                     "offset:-2 n_buckets:[3] n_offset:1}}",
                     "{{schema:1 count:4 sum:-3.5 z_bucket:1 z_bucket_w:0.5 offset:-2 buckets:[1 0 "
                     "2] n_offset:1 n_buckets:[3]}}"},
        SequenceCase{"{{schema:-53 custom_values:[5 10] buckets:[1 2 3]}}x1",
                     "{{schema:-53 count:0 sum:0 custom_values:[5 10] buckets:[1 2 3]}} "
                     "{{schema:-53 count:0 sum:0 custom_values:[5 10] buckets:[1 2 3]}}"},
        SequenceCase{"{{count:1 counter_reset_hint:gauge}} 2",
                     "{{schema:0 count:1 sum:0 counter_reset_hint:gauge}}! 2"},
        SequenceCase{"{{count:1 buckets:[1]}}+{{count:2 sum:1 buckets:[0 2]}}x2",
                     "{{schema:0 count:1 sum:0 buckets:[1]}} "
                     "{{schema:0 count:3 sum:1 buckets:[1 2]}} "
                     "{{schema:0 count:5 sum:2 buckets:[1 4]}}"},
        SequenceCase{"{{schema:0 buckets:[4]}}-{{schema:1 buckets:[1 1]}}x1",
                     "{{schema:0 count:0 sum:0 buckets:[4]}} {{schema:0 count:0 sum:0 "
                     "counter_reset_hint:gauge buckets:[3 -1]}}"}));

struct FaultCase {
  const char* text;
  const char* message;
};

class SequenceFaults : public testing::TestWithParam<FaultCase> {};

TEST_P(SequenceFaults, AreNamed) {
  const auto points = parse_sequence(GetParam().text);
  ASSERT_FALSE(points.has_value());
  EXPECT_EQ(points.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, SequenceFaults,
    testing::Values(
        FaultCase{"NaNx3", "not a number in series values: \"NaNx3\""},
        FaultCase{"1m", "unexpected text after a series value: \"m\""},
        FaultCase{"1x", "invalid repetition in series values: \"x\""},
        FaultCase{"1+2", "expected a repetition such as x5 in series values"},
        FaultCase{"-stale", "a stale marker has no sign"},
        FaultCase{"1x9999999", "a series may have at most 1000000 values in one line"},
        FaultCase{"_x99999999999999999999",
                  "invalid repetition in series values: \"x99999999999999999999\""},
        FaultCase{"{{sum:1 sum:2}}", "duplicate key \"sum\" in histogram"},
        FaultCase{"{{mean:1}}", "bad histogram descriptor found: \"mean\""},
        FaultCase{"{{sum:1",
                  "expected a histogram description key, e.g. buckets:[5 10 7], instead "
                  "of \"\""},
        FaultCase{"{{schema:1.5}}", "not an integer in a histogram description: \"1.5\""},
        FaultCase{"{{buckets:[1", "not a number in a histogram description: \"\""},
        FaultCase{"{{schema:1}}+{{schema:0}}x1",
                  "error combining histograms: cannot merge from schema 0 to 1"}));

TEST(SeriesLine, HasMetricAndValues) {
  const auto line = parse_series_line("up{job=\"a } b\", `c`='d'} 1 2");
  ASSERT_TRUE(line.has_value()) << line.error().message;
  EXPECT_EQ(line->labels, base::Labels::of({{"__name__", "up"}, {"job", "a } b"}, {"c", "d"}}));
  EXPECT_EQ(render(line->points), "1 2");
}

TEST(SeriesLine, MayHaveNoNameAndNoValues) {
  EXPECT_EQ(parse_series_line("{} 5")->labels, base::Labels());
  EXPECT_EQ(parse_series_line("{\"a.b\"} 5")->labels, base::Labels::of({{"__name__", "a.b"}}));
  EXPECT_TRUE(parse_series_line("a")->points.empty());
}

TEST(SeriesLine, RefusesTextGluedToTheMetric) {
  EXPECT_EQ(parse_series_line("a{}x 1").error().message,
            "unexpected text after the metric: \"x 1\"");
  EXPECT_EQ(parse_series_line("a{b 1").error().message,
            "1:5: parse error: unexpected character inside braces: '1'");
}

}  // namespace
}  // namespace tocsin::promql
