#include "notifiers/go_unquote.h"

#include "engine/base/labels.h"
#include "engine/base/utf8.h"

namespace tocsin::notifiers {

namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

/// Reads `count` digits at `i` and moves `i` behind them.
std::optional<uint32_t> number(std::string_view text, size_t& i, size_t count, int radix) {
  if (text.size() - i < count) return std::nullopt;
  uint32_t value = 0;
  for (size_t k = 0; k < count; ++k, ++i) {
    const int d = digit(text[i]);
    if (d >= radix) return std::nullopt;
    value = value * static_cast<uint32_t>(radix) + static_cast<uint32_t>(d);
  }
  return value;
}

/// Appends the escape whose letter stands at `i`; moves `i` behind it. False when there is none.
bool append_escape(std::string_view text, size_t& i, std::string& out) {
  constexpr std::string_view kLetters = "abfnrtv\\\"";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\\"";
  if (i >= text.size()) return false;
  const char letter = text[i];
  const size_t simple = kLetters.find(letter);
  if (simple != std::string_view::npos) {
    out += kMeanings[simple];
    ++i;
    return true;
  }
  if (letter >= '0' && letter <= '7') {
    const auto byte = number(text, i, 3, 8);
    if (!byte || *byte > 255) return false;
    out += static_cast<char>(*byte);
    return true;
  }
  ++i;
  if (letter == 'x') {
    const auto byte = number(text, i, 2, 16);
    if (byte) out += static_cast<char>(*byte);
    return byte.has_value();
  }
  if (letter != 'u' && letter != 'U') return false;
  const auto code = number(text, i, letter == 'u' ? 4 : 8, 16);
  if (!code || *code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF)) return false;
  base::append_rune(out, *code);
  return true;
}

}  // namespace

std::optional<std::string> go_unquote(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != '"' || literal.back() != '"') return std::nullopt;
  const std::string_view text = literal.substr(1, literal.size() - 2);
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '\n' || text[i] == '"') return std::nullopt;
    if (text[i] == '\\') {
      ++i;
      if (!append_escape(text, i, out)) return std::nullopt;
      continue;
    }
    const base::Rune rune = base::decode_rune(text.substr(i));
    base::append_rune(out, rune.code);
    i += rune.bytes;
  }
  if (!base::is_utf8(out)) return std::nullopt;
  return out;
}

}  // namespace tocsin::notifiers
