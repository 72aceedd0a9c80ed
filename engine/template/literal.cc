#include "engine/template/literal.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/base/labels.h"
#include "engine/base/number.h"
#include "engine/base/utf8.h"

namespace tocsin::tmpl {
namespace {

using base::Code;
using base::Error;
using base::Result;

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// Reads exactly `count` digits at the front of `text`.
std::optional<uint32_t> take_digits(std::string_view& text, size_t count, uint32_t radix) {
  if (text.size() < count) return std::nullopt;
  uint32_t value = 0;
  for (size_t i = 0; i < count; ++i) {
    const auto digit = static_cast<uint32_t>(digit_value(text[i]));
    if (digit >= radix) return std::nullopt;
    value = value * radix + digit;
  }
  text.remove_prefix(count);
  return value;
}

std::optional<char> simple_escape(char c, char quote) {
  constexpr std::string_view kNames = "abfnrtv\\";
  constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\";
  if (c == quote) return c;
  const size_t at = kNames.find(c);
  if (at == std::string_view::npos) return std::nullopt;
  return kValues[at];
}

// One character or escape off the front; `text` does not start with the closing quote.
bool take_character(std::string_view& text, char quote, std::string& out) {
  if (text[0] != '\\') {
    const base::Rune rune = base::decode_rune(text, 0);
    out += text.substr(0, rune.bytes);
    text.remove_prefix(rune.bytes);
    return true;
  }
  if (text.size() < 2) return false;
  const char kind = text[1];
  text.remove_prefix(2);
  if (const auto simple = simple_escape(kind, quote)) {
    out += *simple;
    return true;
  }
  if (kind == 'x' || (kind >= '0' && kind <= '7')) {
    if (kind != 'x') text = std::string_view(text.data() - 1, text.size() + 1);
    const auto byte = kind == 'x' ? take_digits(text, 2, 16) : take_digits(text, 3, 8);
    if (!byte || *byte > 255) return false;
    out += static_cast<char>(*byte);
    return true;
  }
  if (kind != 'u' && kind != 'U') return false;
  const auto code = take_digits(text, kind == 'u' ? 4 : 8, 16);
  if (!code || *code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF)) return false;
  base::append_rune(out, *code);
  return true;
}

Result<Value> parse_character(std::string_view text) {
  const Error malformed{Code::kInvalid, "malformed character constant: " + std::string(text)};
  std::string_view rest = text.substr(1, text.size() - 2);
  if (rest.empty()) return malformed;
  std::string out;
  const bool escaped_byte =
      rest[0] == '\\' && rest.size() > 1 && (rest[1] == 'x' || digit_value(rest[1]) < 8);
  if (!take_character(rest, '\'', out) || !rest.empty()) return malformed;
  if (escaped_byte) return Value::integer(static_cast<unsigned char>(out[0]));
  return Value::integer(static_cast<int64_t>(base::decode_rune(out, 0).code));
}

// Underscores may stand only between digits, or after the base prefix.
bool underscores_ok(std::string_view digits, bool prefixed) {
  char before = prefixed ? '0' : '_';
  for (const char c : digits) {
    if (c == '_' && before == '_') return false;
    before = c;
  }
  return before != '_';
}

int take_radix(std::string_view& digits) {
  if (digits.size() < 2 || digits[0] != '0') return 10;
  const char kind = static_cast<char>(digits[1] | 0x20);
  if (kind == 'x' || kind == 'o' || kind == 'b') {
    digits.remove_prefix(2);
    return kind == 'x' ? 16 : kind == 'o' ? 8 : 2;
  }
  digits.remove_prefix(1);
  return 8;
}

std::string without_underscores(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '_') out += c;
  }
  return out;
}

// Go's strconv.ParseInt(text, 0, 64), or ParseUint when it is too large for that.
std::optional<Value> parse_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const size_t before = text.size();
  const int radix = take_radix(text);
  if (text.empty() || !underscores_ok(text, text.size() != before)) return std::nullopt;
  const std::string digits = without_underscores(text);
  uint64_t magnitude = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, radix);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  const uint64_t limit = (uint64_t{1} << 63) - (negative ? 0 : 1);
  if (magnitude <= limit) {
    return Value::integer(static_cast<int64_t>(negative ? 0 - magnitude : magnitude));
  }
  if (negative) return std::nullopt;
  return Value::unsigned_integer(magnitude);
}

}  // namespace

Result<std::string> unquote(std::string_view quoted) {
  const Error invalid{Code::kInvalid, "invalid syntax"};
  if (quoted.size() < 2 || quoted.front() != quoted.back()) return invalid;
  std::string_view rest = quoted.substr(1, quoted.size() - 2);
  std::string out;
  if (quoted[0] == '`') {
    for (const char c : rest) {
      if (c != '\r') out += c;  // Go drops carriage returns in raw strings.
    }
    return out;
  }
  while (!rest.empty()) {
    if (rest[0] == '"' || rest[0] == '\n' || !take_character(rest, '"', out)) return invalid;
  }
  return out;
}

Result<Value> parse_number(std::string_view text) {
  if (text.starts_with('\'')) return parse_character(text);
  if (text.ends_with('i')) {
    return Error{Code::kUnsupported, "complex numbers are not supported: " + std::string(text)};
  }
  if (auto integer = parse_integer(text)) return *std::move(integer);
  const bool hexadecimal = text.find_first_of("xX") != std::string_view::npos;
  const bool fractional = text.find_first_of(hexadecimal ? ".pP" : ".eE") != std::string_view::npos;
  if (fractional) {
    if (const auto number = base::parse_float(without_underscores(text)))
      return Value::number(*number);
  }
  const std::string_view digits = text.substr(std::min(text.find_first_not_of("+-"), text.size()));
  const bool digits_only = digits.find_first_not_of("0123456789_") == std::string_view::npos;
  if (digits_only && !digits.empty() && underscores_ok(digits, false)) {
    return Error{Code::kInvalid, "integer overflow: " + base::go_quote(text)};
  }
  return Error{Code::kInvalid, "illegal number syntax: " + base::go_quote(text)};
}

}  // namespace tocsin::tmpl
