#include "engine/base/number.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "engine/base/sample.h"
#include "engine/base/shortest_decimal.h"

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

/// Digits and exponent as the standard library finds them.
Decimal reference_decimal(double magnitude) {
  std::array<char, 40> text;
  const char* end = std::to_chars(text.data(), text.data() + text.size(), magnitude,
                                  std::chars_format::scientific)
                        .ptr;
  Decimal out;
  const char* at = text.data();
  for (; *at != 'e'; ++at) {
    if (*at == '.') continue;
    out.digits = 10 * out.digits + static_cast<uint64_t>(*at - '0');
    --out.exponent;
  }
  int exponent = 0;
  std::from_chars(at + (at[1] == '+' ? 2 : 1), end, exponent);
  out.exponent += exponent + 1;
  return out;
}

TEST(Number, FindsTheShortestDecimal) {
  std::mt19937_64 random(1);
  std::vector<double> numbers = {5e-324,
                                 2.2250738585072011e-308,
                                 2.2250738585072014e-308,
                                 1.7976931348623157e308,
                                 9007199254740993.0,
                                 1e22,
                                 1e23,
                                 0.1,
                                 0.3,
                                 1e12,
                                 999999999999.999,
                                 123456789012.345,
                                 4.35,
                                 0.001,
                                 5e-4};
  for (int exponent = 0; exponent < 2047; ++exponent) {  // Powers of two and their neighbours.
    for (const uint64_t fraction : {0, 1, 2, 3}) {
      numbers.push_back(std::bit_cast<double>((static_cast<uint64_t>(exponent) << 52) | fraction));
    }
  }
  for (int i = 0; i < 50'000; ++i) {
    const uint64_t bits = random();
    numbers.push_back(std::abs(std::bit_cast<double>(bits)));
    numbers.push_back(static_cast<double>(bits >> 20) / 1000);
    numbers.push_back(static_cast<double>(bits >> 40) * 100);
  }
  for (const double number : numbers) {
    if (!std::isfinite(number) || number == 0) continue;
    const Decimal expected = reference_decimal(number);
    const Decimal found = shortest_decimal(number);
    ASSERT_EQ(found.digits, expected.digits) << number;
    ASSERT_EQ(found.exponent, expected.exponent) << number;
  }
  EXPECT_EQ(shortest_decimal(0).digits, 0u);
  EXPECT_EQ(shortest_decimal(0).exponent, 0);
}

}  // namespace
}  // namespace tocsin::base
