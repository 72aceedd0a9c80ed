#include "promql/syntax/lexer.h"

#include <gtest/gtest.h>

#include <string>

#include "promql/syntax/characters.h"

namespace tocsin::promql {
namespace {

// Tokens as "start:text", an error as "!start message".
std::string lex(std::string_view text) {
  Lexer lexer(text);
  std::string out;
  while (true) {
    const Token token = lexer.next();
    if (token.kind == TokenKind::kEnd) return out;
    if (!out.empty()) out += ' ';
    if (token.kind == TokenKind::kError) {
      return out + "!" + std::to_string(lexer.error_range().start) + " " + lexer.error();
    }
    out += std::to_string(token.start) + ":" + std::string(token.text);
  }
}

TokenKind first_kind(std::string_view text) { return Lexer(text).next().kind; }

TEST(Lexer, SkipsSpacesAndComments) {
  EXPECT_EQ(lex(" a # x\n\t+\r b#y"), "1:a 8:+ 11:b");
  EXPECT_EQ(lex("a{ # x }\n b='c'}"), "0:a 1:{ 10:b 11:= 12:'c' 15:}");
}

TEST(Lexer, Operators) {
  EXPECT_EQ(lex("+-*/%^==!=<<=</>>=>/@"),
            "0:+ 1:- 2:* 3:/ 4:% 5:^ 6:== 8:!= 10:< 11:<= 13:</ 15:> 16:>= 18:>/ 20:@");
}

TEST(Lexer, WordsInAnyCase) {
  EXPECT_EQ(first_kind("SUM"), TokenKind::kSum);
  EXPECT_EQ(first_kind("Count_Values"), TokenKind::kCountValues);
  EXPECT_EQ(first_kind("oFFset"), TokenKind::kOffset);
  EXPECT_EQ(first_kind("NaN"), TokenKind::kNumber);
  EXPECT_EQ(first_kind("iNF"), TokenKind::kNumber);
  EXPECT_EQ(first_kind("infinity"), TokenKind::kIdentifier);
  EXPECT_EQ(first_kind("a:b"), TokenKind::kMetricIdentifier);
  EXPECT_EQ(first_kind(":a"), TokenKind::kMetricIdentifier);
}

TEST(Lexer, FillIsAKeywordOnlyBeforeAParenthesis) {
  EXPECT_EQ(first_kind("fill + fill"), TokenKind::kIdentifier);
  EXPECT_EQ(first_kind("fill \n (1)"), TokenKind::kFill);
  EXPECT_EQ(first_kind("fill_left(1)"), TokenKind::kFillLeft);
}

TEST(Lexer, EveryWordInsideBracesIsAName) {
  Lexer lexer("{sum='x'}");
  lexer.next();
  EXPECT_EQ(lexer.next().kind, TokenKind::kIdentifier);
}

struct NumberCase {
  const char* text;
  const char* tokens;
};

class LexerNumbers : public testing::TestWithParam<NumberCase> {};

TEST_P(LexerNumbers, AreScanned) { EXPECT_EQ(lex(GetParam().text), GetParam().tokens); }

INSTANTIATE_TEST_SUITE_P(
    Forms, LexerNumbers,
    testing::Values(NumberCase{"5.", "0:5."}, NumberCase{".5", "0:.5"},
                    NumberCase{"1.e2", "0:1.e2"}, NumberCase{"1e1_2_34", "0:1e1_2_34"},
                    NumberCase{"0x_8f", "0:0x_8f"},
                    NumberCase{"00_1_23_4.56_7_8", "0:00_1_23_4.56_7_8"},
                    NumberCase{"1y2w3d4h5m6s7ms", "0:1y2w3d4h5m6s7ms"},
                    NumberCase{"._5", "!0 unexpected character: '.'"},
                    NumberCase{"1__0", "!0 bad number or duration syntax: \"1__\""},
                    NumberCase{"1_", "!0 bad number or duration syntax: \"1_\""},
                    NumberCase{"1e", "!0 bad number or duration syntax: \"1e\""},
                    NumberCase{"1e+", "!0 bad number or duration syntax: \"1e+\""},
                    NumberCase{"1_e2", "!0 bad number or duration syntax: \"1_e\""},
                    NumberCase{"0x1.8", "!0 bad number or duration syntax: \"0x1.\""},
                    NumberCase{"1.5h", "0:1.5h"},
                    NumberCase{"5mm", "!0 bad number or duration syntax: \"5mm\""},
                    NumberCase{"5m1", "!0 bad number or duration syntax: \"5m1\""},
                    NumberCase{"0xABq", "!0 bad number or duration syntax: \"0xAB\""}));

struct FaultCase {
  const char* text;
  const char* tokens;
};

class LexerFaults : public testing::TestWithParam<FaultCase> {};

TEST_P(LexerFaults, AreNamed) { EXPECT_EQ(lex(GetParam().text), GetParam().tokens); }

INSTANTIATE_TEST_SUITE_P(Statements, LexerFaults,
                         testing::Values(FaultCase{"(", "0:( !1 unclosed left parenthesis"},
                                         FaultCase{")", "!1 unexpected right parenthesis ')'"},
                                         FaultCase{"]", "!0 unexpected right bracket ']'"},
                                         FaultCase{"a$", "0:a !1 unexpected character: '$'"},
                                         FaultCase{"a\n'\n", "0:a !2 unterminated quoted string"},
                                         FaultCase{"!~", "!0 unexpected character after '!': '~'"},
                                         FaultCase{"=~", "!0 unexpected character after '=': '~'"},
                                         FaultCase{"\xC3\xA4",
                                                   "!0 unexpected character: '\xC3\xA4'"}));

INSTANTIATE_TEST_SUITE_P(
    Braces, LexerFaults,
    testing::Values(FaultCase{"{", "0:{ !1 unexpected end of input inside braces"},
                    FaultCase{"{{", "0:{ !1 unexpected left brace '{'"},
                    FaultCase{"{a:b", "0:{ 1:a !2 unexpected character inside braces: ':'"},
                    FaultCase{"{!*", "0:{ !1 unexpected character after '!' inside braces: '*'"}));

INSTANTIATE_TEST_SUITE_P(
    Brackets, LexerFaults,
    testing::Values(
        FaultCase{"a[", "0:a 1:[ !2 unexpected end of input in duration expression"},
        FaultCase{"a[:", "0:a 1:[ !3 unexpected colon before duration in duration expression"},
        FaultCase{"a[#", "0:a 1:[ !2 unexpected character in duration expression: '#'"},
        FaultCase{"a[x", "0:a 1:[ !2 unexpected character in duration expression: 'x'"},
        FaultCase{"a[5m", "0:a 1:[ 2:5m !4 unclosed left bracket"},
        FaultCase{"a[5m[", "0:a 1:[ 2:5m !4 unexpected left bracket '['"},
        FaultCase{"a[5m::", "0:a 1:[ 2:5m 4:: !5 unexpected colon ':'"},
        FaultCase{"a[5m x", "0:a 1:[ 2:5m !5 unexpected character: 'x', expected ':'"}));

INSTANTIATE_TEST_SUITE_P(
    Strings, LexerFaults,
    testing::Values(FaultCase{"`a", "!0 unterminated raw string"},
                    FaultCase{"'\xFF'", "!0 invalid UTF-8 rune"},
                    FaultCase{"`\xEF\xBF\xBD`", "!0 invalid UTF-8 rune"},
                    FaultCase{"'\\", "!0 escape sequence not terminated"},
                    FaultCase{"'\\x4", "!0 escape sequence not terminated"},
                    FaultCase{"'\\c'", "!0 unknown escape sequence U+0063 'c'"},
                    FaultCase{"'\\\"'", "!0 unknown escape sequence U+0022 '\"'"},
                    FaultCase{"'\\x.'", "!0 illegal character U+002E '.' in escape sequence"},
                    FaultCase{"'\\400'", "!0 escape sequence is an invalid Unicode code point"},
                    FaultCase{"'\\uD800'", "!0 escape sequence is an invalid Unicode code point"}));

TEST(Unquote, DecodesEscapes) {
  EXPECT_EQ(unquote("'plain'"), "plain");
  EXPECT_EQ(unquote("`raw\\n`"), "raw\\n");
  EXPECT_EQ(unquote("\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\""), "\a\b\f\n\r\t\v\\\"");
  EXPECT_EQ(unquote("'\\x41\\101\\u00e4\\U0001F600'"), "AA\xC3\xA4\xF0\x9F\x98\x80");
  EXPECT_EQ(unquote("'\\xff'"), "\xFF");
}

}  // namespace
}  // namespace tocsin::promql
