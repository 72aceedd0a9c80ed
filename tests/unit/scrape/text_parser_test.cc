#include "engine/scrape/text_parser.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

#include "engine/base/number.h"
#include "engine/base/sample.h"
#include "engine/scrape/text_value.h"

namespace tocsin::scrape {
namespace {

/// Samples as `name{a="b"} value @t`, one per line; or the error.
std::string read(const std::string& body) {
  const auto samples = parse_text(body);
  if (!samples) return samples.error().message;
  std::string out;
  for (const TextSample& sample : *samples) {
    out += sample.name + "{";
    for (const auto& [name, value] : sample.labels) out += name + "=" + value + ",";
    out += "} " + base::format_sample(sample.value);
    if (sample.timestamp) out += " @" + std::to_string(*sample.timestamp);
    out += "\n";
  }
  return out;
}

TEST(TextParser, ReadsSamples) {
  EXPECT_EQ(read("a 1\n"), "a{} 1\n");
  EXPECT_EQ(read("a 1"), "a{} 1\n");
  EXPECT_EQ(read("a{} 1\n"), "a{} 1\n");
  EXPECT_EQ(read(" \ta { x = \"y\" , z=\"w\", }\t2  \n\n b:c_9 3\n"), "a{x=y,z=w,} 2\nb:c_9{} 3\n");
  EXPECT_EQ(read("a{x=\"1\"y=\"2\"} 1\n"), "a{x=1,y=2,} 1\n");
  EXPECT_EQ(read("a{x=\"1\"}1\n"), "a{x=1,} 1\n");
  EXPECT_EQ(read("a 1 1500\nb 2\t0 \n"), "a{} 1 @1500\nb{} 2 @0\n");
  EXPECT_EQ(read(""), "");
}

TEST(TextParser, ReadsNumbers) {
  EXPECT_EQ(read("a +Inf\na -Inf\na Infinity\na inf\na NaN\n"),
            "a{} +Inf\na{} -Inf\na{} +Inf\na{} +Inf\na{} NaN\n");
  EXPECT_EQ(read("a 1e3\na 1.5E-3\na .5\na 5.\na +7\na -0.25\n"),
            "a{} 1000\na{} 0.0015\na{} 0.5\na{} 5\na{} 7\na{} -0.25\n");
  EXPECT_EQ(read("a 12345678901234567890123\n"), "a{} 1.2345678901234568e+22\n");
  for (const char* text : {"0x1p4", "1_000", "1e", "--1", "1.2.3", "abc", "1e400", ".", "NaNs"}) {
    EXPECT_NE(read(std::string("a ") + text + "\n").find("line 1: "), std::string::npos) << text;
  }
}

TEST(TextParser, MakesEveryNanTheOrdinaryOne) {
  const auto samples = parse_text("a nan\n");
  ASSERT_TRUE(samples.ok());
  EXPECT_EQ(std::bit_cast<uint64_t>((*samples)[0].value), base::kNormalNanBits);
}

TEST(TextParser, UndoesEscapes) {
  EXPECT_EQ(read("a{x=\"q\\\"b\\\\n\\nz\\t\"} 1\n"), "a{x=q\"b\\n\nz\\t,} 1\n");
  EXPECT_EQ(read("a{x=\"}\",y=\"#\"} 1\n"), "a{x=},y=#,} 1\n");
  EXPECT_EQ(read("a{x=\"two\nlines\"} 1\nb 2\n"), "a{x=two\nlines,} 1\nb{} 2\n");
}

TEST(TextParser, ReadsQuotedNames) {
  EXPECT_EQ(read("{\"http.status\",\"a b\"=\"v\"} 1\n"), "http.status{a b=v,} 1\n");
  EXPECT_EQ(read("{\"m\"} 1\n"), "m{} 1\n");
  EXPECT_EQ(read("{x=\"1\",\"m\"} 1\n"), "m{x=1,} 1\n");
  EXPECT_EQ(read("{x=\"1\"} 1\n"), "line 1: metric name not set");
  EXPECT_EQ(read("a{\"b\"} 1\n"), "line 1: metric name already set");
  EXPECT_EQ(read("a{b} 1\n"), "line 1: expected '=' after a label name, got \"}\"");
}

TEST(TextParser, SkipsCommentsAndBlankLines) {
  EXPECT_EQ(read("# a comment\n#HELP x y\n# HELP\n\n \t\n#\na 1\n"), "a{} 1\n");
  EXPECT_EQ(read("# HELP a some \\ text\n# TYPE a counter\n#  TYPE b gauge\na 1\n"), "a{} 1\n");
}

TEST(TextParser, RefusesWithTheLine) {
  EXPECT_EQ(read("a 1\n# TYPE a count\n"), "line 2: invalid metric type \"count\"");
  EXPECT_EQ(read("# TYPE a counter \n"), "line 1: invalid metric type \"counter \"");
  EXPECT_EQ(read("# TYPE a  counter\n"), "line 1: invalid metric type \" counter\"");
  EXPECT_EQ(read("# TYPE a\n"), "line 1: invalid metric type \"\"");
  EXPECT_EQ(read("# TYPE 9 counter\n"), "line 1: expected a metric name, got \"9 counter\"");
  EXPECT_EQ(read("# HELP a \xff\n"), "line 1: the help text is not valid UTF-8");
  EXPECT_EQ(read("a 1\r\n"), "line 1: \"1\\r\" is not a number");
  EXPECT_EQ(read("a 1 -5\n"),
            "line 1: expected a timestamp in milliseconds or a new line, got \"-5\"");
  EXPECT_EQ(read("a 1 5 6\n"),
            "line 1: expected a timestamp in milliseconds or a new line, got \"5 6\"");
  EXPECT_EQ(read("a\n"), "line 1: expected a value after the series, got the end of the line");
  EXPECT_EQ(read("ok 1\n9a 1\n"), "line 2: expected a metric name, got \"9a 1\"");
  EXPECT_EQ(read("a{x='y'} 1\n"), "line 1: expected a label value in double quotes, got \"'y'}\"");
  EXPECT_EQ(read("a{x=\"y\n"), "line 1: a quoted string does not end");
  EXPECT_EQ(read("a{x=\"y\"\n"), "line 1: the labels of \"a{x=\\\"y\\\"\" have no closing brace");
  EXPECT_EQ(read("a{x=\"\xff\"} 1\n").substr(0, 24), "line 1: invalid UTF-8 in");
  EXPECT_EQ(read("a{x=\"1\",x=\"2\"} 1\n"),
            "line 1: label name \"x\" is not unique: invalid sample");
  EXPECT_EQ(read("a{,} 1\n"), "line 1: expected a label name, got \",}\"");
}

TEST(TextParser, NeverReadsBeyondTheBody) {
  const std::string body = "# HELP a \"\\\n# TYPE a counter\na{x=\"\\\"\",\"q\"=\"w\"} 1.5e3 17\n";
  for (size_t cut = 0; cut <= body.size(); ++cut) {
    for (const char* tail : {"", "\\", "\"", "{", "\n{\"", "#"}) {
      const auto samples = parse_text(body.substr(0, cut) + tail);
      EXPECT_TRUE(!samples || samples->size() <= 2);
    }
  }
}

TEST(ExactFloat, AgreesWithTheSlowPath) {
  for (const char* text : {"0", "1", "-1", "190932", "7.6238e-05", "44.985611511", "1e22",
                           "9007199254740992", "0.1", "123456.789", "1.7976e-10", "-0"}) {
    const std::string line = std::string(text) + "\n";
    double fast = 0;
    const char* end = parse_exact_float(line.data(), fast);
    ASSERT_EQ(end, line.data() + line.size() - 1) << text;
    EXPECT_EQ(std::bit_cast<uint64_t>(fast), std::bit_cast<uint64_t>(*base::parse_float(text)));
  }
  for (const char* text : {"", "-", ".", "1e", "1e23", "9007199254740993", "NaN", "+1",
                           "00000000000000000001", "1e-00030000"}) {
    const std::string line = std::string(text) + "\n";
    double fast = 0;
    EXPECT_EQ(parse_exact_float(line.data(), fast), nullptr) << text;
  }
}

TEST(TextParser, FastNumbersAreTheSlowOnes) {
  constexpr std::string_view kAlphabet = "0123456789000111.eE+-";
  std::mt19937_64 random(20231114);
  size_t fast_ones = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    const size_t length = 1 + random() % 12;
    for (size_t i = 0; i < length; ++i) text += kAlphabet[random() % kAlphabet.size()];
    const std::string line = text + "\n";
    double fast = 0;
    const char* const end = parse_exact_float(line.data(), fast);
    if (end == nullptr || *end != '\n') continue;
    ++fast_ones;
    const auto slow = base::parse_float(text);
    ASSERT_TRUE(slow) << text;
    ASSERT_EQ(std::bit_cast<uint64_t>(fast), std::bit_cast<uint64_t>(*slow)) << text;
  }
  EXPECT_GT(fast_ones, 20'000u);
}

}  // namespace
}  // namespace tocsin::scrape
