#include "engine/base/utf8.h"

#include <gtest/gtest.h>

#include "engine/base/json_writer.h"

namespace tocsin::base {
namespace {

TEST(Utf8, DecodesOneCharacterAtATime) {
  const auto decodes = [](std::string_view text, char32_t code, uint32_t bytes) {
    const Rune rune = decode_rune(text);
    return rune.code == code && rune.bytes == bytes;
  };
  EXPECT_TRUE(decodes("", kRuneError, 0));
  EXPECT_TRUE(decodes("ab", 'a', 1));
  EXPECT_TRUE(decodes("\xC3\xBCx", 0xFC, 2));
  EXPECT_TRUE(decodes("\xE2\x82\xAC", 0x20AC, 3));
  EXPECT_TRUE(decodes("\xF0\x9F\x94\x94", 0x1F514, 4));
  EXPECT_TRUE(decodes("\xEF\xBF\xBD", kRuneError, 3));
  for (const char* malformed :
       {"\x80", "\xC1\x81", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xE2\x82", "\xC3"}) {
    EXPECT_TRUE(decode_rune(malformed).is_malformed()) << malformed;
  }
  EXPECT_FALSE(decode_rune("\xEF\xBF\xBD").is_malformed());
  EXPECT_EQ(decode_rune("abc", 3).bytes, 0u);
  EXPECT_EQ(decode_rune("abc", 9).bytes, 0u);
}

TEST(Utf8, AppendsWhatItDecodes) {
  for (const char32_t code : {0x41, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF}) {
    std::string text;
    append_rune(text, code);
    EXPECT_EQ(decode_rune(text).code, code);
    EXPECT_EQ(decode_rune(text).bytes, text.size());
  }
  std::string text;
  append_rune(text, 0xD800);
  append_rune(text, 0x110000);
  EXPECT_EQ(text, "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Utf8, FindsMalformedBytesBehindLongTexts) {
  const std::string ascii(100, 'a');
  EXPECT_TRUE(is_utf8(ascii));
  EXPECT_TRUE(is_utf8(ascii + "\xC3\xBC" + ascii));
  EXPECT_FALSE(is_utf8(ascii + "\xC3"));
  EXPECT_FALSE(is_utf8(ascii + "\xFF" + ascii));
}

TEST(JsonString, EscapesAsGoDoes) {
  std::string out;
  append_json_string(out, "a\"\\\b\f\n\r\t\x01<>&\x7f\xC3\xBC\xE2\x80\xA8\xFFz");
  EXPECT_EQ(out,
            "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u003c\\u003e\\u0026\x7f\xC3\xBC\\u2028\\ufffdz\"");
}

TEST(JsonString, PlainFormEscapesOnlyWhatItMust) {
  std::string out;
  append_plain_json_string(out, "a\"\\\b\n<\xFF");
  EXPECT_EQ(out, "\"a\\\"\\\\\\u0008\\n<\xFF\"");
}

TEST(JsonWriter, SeparatesValues) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("a").begin_array().integer(-1).string("[").string("").end_array();
  json.key("b")
      .begin_object()
      .end_object()
      .field("c", ":")
      .field_unless_empty("d", "")
      .end_object();
  EXPECT_EQ(out, R"({"a":[-1,"[",""],"b":{},"c":":"})");
}

}  // namespace
}  // namespace tocsin::base
