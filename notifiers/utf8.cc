#include "notifiers/utf8.h"

namespace tocsin::notifiers {

namespace {

constexpr Rune kMalformed{0xFFFD, 1};

uint32_t payload(char c) { return static_cast<unsigned char>(c) & 0x3Fu; }

bool continues(std::string_view text, size_t i) {
  return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
}

Rune decode_multi_byte(std::string_view text, unsigned char first) {
  if (first < 0xE0) {
    if (first < 0xC2 || !continues(text, 1)) return kMalformed;
    return {((first & 0x1Fu) << 6) | payload(text[1]), 2};
  }
  if (!continues(text, 1) || !continues(text, 2)) return kMalformed;
  if (first < 0xF0) {
    const uint32_t code = ((first & 0x0Fu) << 12) | (payload(text[1]) << 6) | payload(text[2]);
    const bool valid = code >= 0x800 && (code < 0xD800 || code > 0xDFFF);
    return valid ? Rune{code, 3} : kMalformed;
  }
  if (first > 0xF4 || !continues(text, 3)) return kMalformed;
  const uint32_t code = ((first & 0x07u) << 18) | (payload(text[1]) << 12) |
                        (payload(text[2]) << 6) | payload(text[3]);
  return code >= 0x10000 && code <= 0x10FFFF ? Rune{code, 4} : kMalformed;
}

}  // namespace

Rune decode_rune(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {first, 1};
  return decode_multi_byte(text, first);
}

bool is_unicode_space(uint32_t code) {
  switch (code) {
    case '\t':
    case '\n':
    case '\v':
    case '\f':
    case '\r':
    case ' ':
    case 0x85:
    case 0xA0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000:
      return true;
    default:
      return code >= 0x2000 && code <= 0x200A;
  }
}

void append_rune(std::string& out, uint32_t code) {
  const auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

std::string_view trim_space(std::string_view text) {
  while (!text.empty()) {
    const Rune rune = decode_rune(text);
    if (!is_unicode_space(rune.code)) break;
    text.remove_prefix(rune.bytes);
  }
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && text.size() - start < 4 && continues(text, start)) --start;
    if (!is_unicode_space(decode_rune(text.substr(start)).code)) break;
    text = text.substr(0, start);
  }
  return text;
}

std::string truncate_in_runes(std::string_view text, size_t runes_max, bool& truncated) {
  const bool with_ellipsis = runes_max > 3;
  const size_t kept_max = with_ellipsis ? runes_max - 1 : runes_max;
  size_t runes = 0;
  size_t offset = 0;
  size_t kept_bytes = 0;
  while (offset < text.size() && runes <= runes_max) {
    if (runes == kept_max) kept_bytes = offset;
    offset += decode_rune(text.substr(offset)).bytes;
    ++runes;
  }
  truncated = runes > runes_max;
  if (!truncated) return std::string(text);
  std::string out(text.substr(0, kept_bytes));
  if (with_ellipsis) out += "…";
  return out;
}

}  // namespace tocsin::notifiers
