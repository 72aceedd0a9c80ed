#include "promql/syntax/characters.h"

#include <array>
#include <cstdio>

#include "engine/base/labels.h"
#include "engine/base/utf8.h"

namespace tocsin::promql {
namespace {

uint32_t digit_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint32_t>(c - 'a' + 10);
  return static_cast<uint32_t>(c - 'A' + 10);
}

uint32_t read_digits(std::string_view text, size_t from, size_t count, uint32_t radix) {
  uint32_t value = 0;
  for (size_t i = from; i < from + count && i < text.size(); ++i) {
    value = value * radix + digit_value(text[i]);
  }
  return value;
}

char simple_escape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return c;
  }
}

// Decodes the escape whose backslash is at `i`; returns the index after it.
size_t append_unescaped(std::string& out, std::string_view text, size_t i) {
  const char c = text[i + 1];
  if (c >= '0' && c <= '7') {
    out.push_back(static_cast<char>(read_digits(text, i + 1, 3, 8)));
    return i + 4;
  }
  if (c == 'x') {
    out.push_back(static_cast<char>(read_digits(text, i + 2, 2, 16)));
    return i + 4;
  }
  if (c == 'u' || c == 'U') {
    const size_t digits = c == 'u' ? 4 : 8;
    base::append_rune(out, read_digits(text, i + 2, digits, 16));
    return i + 2 + digits;
  }
  out.push_back(simple_escape(c));
  return i + 2;
}

}  // namespace

std::string quote_rune(uint32_t code) {
  if (code == '\'') return "'\\''";
  if (code == '"') return "'\"'";
  std::string text;
  base::append_rune(text, code);
  const std::string quoted = base::go_quote(text);
  return "'" + quoted.substr(1, quoted.size() - 2) + "'";
}

std::string describe_rune(uint32_t code) {
  std::array<char, 16> number;
  std::snprintf(number.data(), number.size(), "U+%04X", code);
  if (code < 0x20 || code == 0x7F) return number.data();
  std::string text;
  base::append_rune(text, code);
  return std::string(number.data()) + " '" + text + "'";
}

std::string unquote(std::string_view literal) {
  const std::string_view inner = literal.substr(1, literal.size() - 2);
  if (literal.front() == '`' || inner.find('\\') == std::string_view::npos) {
    return std::string(inner);
  }
  std::string out;
  out.reserve(inner.size());
  for (size_t i = 0; i < inner.size();) {
    if (inner[i] == '\\' && i + 1 < inner.size()) {
      i = append_unescaped(out, inner, i);
    } else {
      out.push_back(inner[i++]);
    }
  }
  return out;
}

}  // namespace tocsin::promql
