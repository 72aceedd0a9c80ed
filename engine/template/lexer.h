// Splits template text into tokens. Source: Go text/template/parse/lex.go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::tmpl {

enum class TokenType : uint8_t {
  kError,  ///< value is the message
  kBool,
  kChar,
  kCharConstant,
  kAssign,
  kDeclare,
  kEof,
  kField,
  kIdentifier,
  kLeftDelimiter,
  kLeftParen,
  kNumber,
  kPipe,
  kRawString,
  kRightDelimiter,
  kRightParen,
  kSpace,
  kString,
  kText,
  kVariable,
  // Keywords; kDot and kNil are printed like them.
  kBlock,
  kBreak,
  kContinue,
  kDot,
  kDefine,
  kElse,
  kEnd,
  kIf,
  kNil,
  kRange,
  kTemplate,
  kWith,
};

struct Token {
  TokenType type = TokenType::kEof;
  uint32_t position = 0;  ///< In bytes.
  uint32_t line = 1;      ///< From 1.
  std::string value;      ///< As written; of text: after trimming.
};

/// All tokens of `text`; the last one is kEof or kError. Comments leave no token.
std::vector<Token> tokenize(std::string_view text);

/// A token as Go's error texts show it: EOF, <keyword>, or the quoted value, cut to 10 runes.
std::string describe(const Token& token);

}  // namespace tocsin::tmpl
