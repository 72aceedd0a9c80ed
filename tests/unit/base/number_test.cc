#include "engine/base/number.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "engine/base/sample.h"

namespace tocsin::base {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

struct Form {
  double value;
  const char* fixed;
  const char* sample;
  const char* exponent;
  const char* general;
};

TEST(Number, PrintsInGoForms) {
  const std::vector<Form> forms = {
      {0, "0", "0", "0e+00", "0"},
      {-0.0, "-0", "-0", "-0e+00", "-0"},
      {1, "1", "1", "1e+00", "1"},
      {1.5, "1.5", "1.5", "1.5e+00", "1.5"},
      {100000, "100000", "100000", "1e+05", "100000"},
      {123456, "123456", "123456", "1.23456e+05", "123456"},
      {1e6, "1000000", "1000000", "1e+06", "1e+06"},
      {1234567.5, "1234567.5", "1234567.5", "1.2345675e+06", "1.2345675e+06"},
      {0.0001, "0.0001", "0.0001", "1e-04", "0.0001"},
      {0.00001, "0.00001", "0.00001", "1e-05", "1e-05"},
      {1e-7, "0.0000001", "1e-07", "1e-07", "1e-07"},
      {1e-6, "0.000001", "0.000001", "1e-06", "1e-06"},
      {1e20, "100000000000000000000", "100000000000000000000", "1e+20", "1e+20"},
      {2.5e21, "2500000000000000000000", "2.5e+21", "2.5e+21", "2.5e+21"},
      {kInf, "+Inf", "+Inf", "+Inf", "+Inf"},
      {-kInf, "-Inf", "-Inf", "-Inf", "-Inf"},
      {std::nan(""), "NaN", "NaN", "NaN", "NaN"},
      {5e-324, nullptr, "5e-324", "5e-324", "5e-324"}};
  for (const Form& form : forms) {
    if (form.fixed != nullptr) {
      EXPECT_EQ(format_fixed(form.value), form.fixed);
    }
    EXPECT_EQ(format_sample(form.value), form.sample);
    EXPECT_EQ(format_exponent(form.value), form.exponent);
    EXPECT_EQ(format_general(form.value), form.general);
  }
}

TEST(Number, OpenMetricsFormAlwaysLooksLikeAFloat) {
  std::string out;
  for (const double v : {1.0, 0.5, 1e6, -1.0}) {
    append_openmetrics(out, v);
    out += ' ';
  }
  EXPECT_EQ(out, "1.0 0.5 1e+06 -1.0 ");
}

TEST(Number, ReadsWhatGoReads) {
  EXPECT_EQ(parse_float("1"), 1);
  EXPECT_EQ(parse_float("+1.5e3"), 1500);
  EXPECT_EQ(parse_float(".5"), 0.5);
  EXPECT_EQ(parse_float("5."), 5);
  EXPECT_EQ(parse_float("1_000"), 1000);
  EXPECT_EQ(parse_float("0x1p-2"), 0.25);
  EXPECT_EQ(parse_float("-Inf"), -kInf);
  EXPECT_EQ(parse_float("infinity"), kInf);
  EXPECT_EQ(parse_float("1e-400"), 0);
  EXPECT_EQ(parse_float("1e-99999999999999999999"), 0);
  EXPECT_EQ(parse_float("." + std::string(400, '0') + "1"), 0);
  EXPECT_EQ(parse_float("00." + std::string(400, '0') + "1e+3"), 0);
  EXPECT_EQ(parse_float("0x0.1p-2000"), 0);
  for (const std::string& too_large :
       {std::string("1e400"), std::string("0.1e400"), "1" + std::string(400, '0') + "e-1",
        std::string("1e99999999999999999999"), std::string("0x.1p2000")}) {
    EXPECT_EQ(parse_float(too_large), std::nullopt) << too_large;
  }
  EXPECT_EQ(std::bit_cast<uint64_t>(*parse_float("nAn")), kNormalNanBits);
}

TEST(Number, RefusesWhatGoRefuses) {
  for (const char* text : {"", "+", "-nan", "1e400", "0x10", "1__0", "_1", "1_", " 1", "1 ", "1e",
                           "e1", "--1", "infin", "0x", "1,5"}) {
    EXPECT_EQ(parse_float(text), std::nullopt) << text;
  }
}

TEST(Number, TimestampsHaveAsManyDecimalsAsTheyNeed) {
  std::string out;
  for (const int64_t t : {1435781430781, 1435781451000, 0L, -1500L, 5L}) {
    append_timestamp(out, t);
    out += ' ';
  }
  EXPECT_EQ(out, "1435781430.781 1435781451 0 -1.500 0.005 ");
}

TEST(Sample, TheThreeNansDiffer) {
  EXPECT_TRUE(is_stale(stale_marker()));
  EXPECT_TRUE(is_absent(absent_marker()));
  EXPECT_TRUE(is_value(std::nan("")));
  EXPECT_TRUE(is_value(from_outside(absent_marker())));
}

}  // namespace
}  // namespace tocsin::base
