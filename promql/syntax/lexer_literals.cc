// Strings, numbers and durations.
#include "engine/base/utf8.h"
#include "promql/syntax/characters.h"
#include "promql/syntax/lexer.h"

namespace tocsin::promql {
namespace {

constexpr std::string_view kDecimal = "0123456789";
constexpr std::string_view kHexadecimal = "0123456789abcdefABCDEF";

uint32_t hex_value(uint32_t code) {
  if (code >= '0' && code <= '9') return code - '0';
  if (code >= 'a' && code <= 'f') return code - 'a' + 10;
  if (code >= 'A' && code <= 'F') return code - 'A' + 10;
  return 16;
}

struct EscapeShape {
  uint32_t digits;
  uint32_t radix;
  uint32_t value_max;
};

EscapeShape escape_shape(int letter) {
  if (letter == 'x') return {2, 16, 255};
  if (letter == 'u') return {4, 16, 0x10FFFF};
  if (letter == 'U') return {8, 16, 0x10FFFF};
  return {3, 8, 255};
}

}  // namespace

Token Lexer::scan_string(char quote) {
  ++pos_;
  while (true) {
    const int c = peek();
    if (c < 0 || c == '\n') return fail("unterminated quoted string");
    if (c == quote) {
      ++pos_;
      return emit(TokenKind::kString);
    }
    if (c == '\\') {
      if (!scan_escape(quote)) return {TokenKind::kError, start_, {}};
      continue;
    }
    const base::Rune rune =
        c < 0x80 ? base::Rune{static_cast<uint32_t>(c), 1} : base::decode_rune(text_.substr(pos_));
    if (rune.code == base::kRuneError) return fail("invalid UTF-8 rune");
    pos_ += rune.bytes;
  }
}

// Returns false after fail().
bool Lexer::scan_escape(char quote) {
  const auto refuse = [this](std::string message) {
    fail(std::move(message));
    return false;
  };
  ++pos_;
  const base::Rune letter = base::decode_rune(text_.substr(pos_));
  if (letter.bytes == 0) return refuse("escape sequence not terminated");
  const int c = letter.code < 0x80 ? static_cast<int>(letter.code) : -1;
  constexpr std::string_view kSimple = "abfnrtv\\";
  if (c == quote || (c > 0 && kSimple.find(static_cast<char>(c)) != std::string_view::npos)) {
    ++pos_;
    return true;
  }
  const bool octal = c >= '0' && c <= '7';
  if (!octal && c != 'x' && c != 'u' && c != 'U') {
    return refuse("unknown escape sequence " + describe_rune(letter.code));
  }
  if (!octal) ++pos_;
  const EscapeShape shape = escape_shape(c);
  uint32_t value = 0;
  for (uint32_t i = 0; i < shape.digits; ++i) {
    const base::Rune digit = base::decode_rune(text_.substr(pos_));
    if (digit.bytes == 0) return refuse("escape sequence not terminated");
    if (hex_value(digit.code) >= shape.radix) {
      return refuse("illegal character " + describe_rune(digit.code) + " in escape sequence");
    }
    value = value * shape.radix + hex_value(digit.code);
    pos_ += digit.bytes;
  }
  if (value > shape.value_max || (value >= 0xD800 && value < 0xE000)) {
    return refuse("escape sequence is an invalid Unicode code point");
  }
  return true;
}

Token Lexer::scan_raw_string() {
  ++pos_;
  while (true) {
    const base::Rune rune = base::decode_rune(text_.substr(pos_));
    if (rune.bytes == 0) return fail("unterminated raw string");
    if (rune.code == base::kRuneError) return fail("invalid UTF-8 rune");
    pos_ += rune.bytes;
    if (rune.code == '`') return emit(TokenKind::kString);
  }
}

Token Lexer::scan_number_or_duration() {
  if (scan_number()) return emit(TokenKind::kNumber);
  if (scan_duration_tail()) return emit(TokenKind::kDuration);
  return fail("bad number or duration syntax: \"" +
              std::string(text_.substr(start_, pos_ - start_)) + "\"");
}

// Shape only: whether the digits make a number is for the parser to say. Stops where it fails, for
// the remains may be a duration.
bool Lexer::scan_number() {
  bool hex = false;
  if (accept("0") && accept("xX")) {
    accept("_");
    hex = true;
  }
  accept(".");
  accept(hex ? kHexadecimal : kDecimal);
  if (!scan_number_tail(hex)) return false;
  return !is_alphanumeric(peek());
}

bool Lexer::scan_number_tail(bool hex) {
  const std::string_view digits = hex ? kHexadecimal : kDecimal;
  bool dot = false;
  bool exponent = false;
  while (true) {
    const int c = peek();
    // An 'e' after other hexadecimal digits is one of them, in front of them it is an exponent.
    if (c != 'e' && c != 'E' && accept(digits)) {
      while (accept(digits)) {
      }
      continue;
    }
    if (c == '.') {
      ++pos_;
      if (dot || accept("_.") || hex) return false;
      dot = true;
    } else if (c == 'e' || c == 'E') {
      ++pos_;
      if (exponent) return false;
      exponent = true;
      accept("+-");
      if (accept("._eE") || peek() < 0) return false;
    } else if (c == '_') {
      ++pos_;
      if (accept("._eE") || peek() < 0) return false;
    } else {
      return true;
    }
  }
}

bool Lexer::scan_duration_tail() {
  if (!accept("smhdwy")) return false;
  accept("s");
  while (accept(kDecimal)) {
    while (accept(kDecimal)) {
    }
    if (!accept("smhdw")) return false;
    accept("s");
  }
  // The byte that spoils it belongs to the error text.
  if (!is_alphanumeric(peek())) return true;
  ++pos_;
  return false;
}

}  // namespace tocsin::promql
