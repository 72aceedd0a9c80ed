#include "engine/template/utf8.h"

#include <locale.h>  // newlocale, iswalpha_l

#include <clocale>
#include <cwctype>

namespace tocsin::tmpl {
namespace {

// The C library's Unicode tables; "C.UTF-8" is built in and independent of the user's settings.
locale_t unicode() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

bool is_continuation(std::string_view text, size_t offset) {
  return offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xC0) == 0x80;
}

template <class Convert>
std::string convert_runes(std::string_view text, Convert convert) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const Rune rune = rune_at(text, i);
    append_rune(out, convert(rune.code));
    i += rune.width;
  }
  return out;
}

}  // namespace

Rune rune_at(std::string_view text, size_t offset) {
  if (offset >= text.size()) return {kRuneError, 0};
  const auto first = static_cast<unsigned char>(text[offset]);
  if (first < 0x80) return {first, 1};
  const uint32_t width = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return {kRuneError, 1};
  char32_t code = first & (0xFF >> (width + 1));
  for (uint32_t i = 1; i < width; ++i) {
    if (!is_continuation(text, offset + i)) return {kRuneError, 1};
    code = (code << 6) | (static_cast<unsigned char>(text[offset + i]) & 0x3F);
  }
  const bool overlong = (width == 3 && code < 0x800) || (width == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) return {kRuneError, 1};
  return {code, width};
}

void append_rune(std::string& out, char32_t code) {
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = kRuneError;
  const auto tail = [&out, code](int shift) {
    out += static_cast<char>(0x80 | ((code >> shift) & 0x3F));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  for (size_t offset = 0; offset < text.size();) {
    const Rune rune = rune_at(text, offset);
    append_rune(out, rune.code);
    offset += rune.width;
  }
  return out;
}

size_t count_runes(std::string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); i += rune_at(text, i).width) ++count;
  return count;
}

bool is_letter(char32_t code) {
  if (code < 0x80) return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
  return iswalpha_l(static_cast<wint_t>(code), unicode()) != 0;
}

bool is_unicode_digit(char32_t code) {
  if (code < 0x80) return code >= '0' && code <= '9';
  // The C library counts digits of other scripts among the letters.
  return false;
}

char32_t to_upper(char32_t code) {
  return static_cast<char32_t>(towupper_l(static_cast<wint_t>(code), unicode()));
}

char32_t to_lower(char32_t code) {
  return static_cast<char32_t>(towlower_l(static_cast<wint_t>(code), unicode()));
}

std::string to_upper(std::string_view text) {
  return convert_runes(text, [](char32_t code) { return to_upper(code); });
}

std::string to_lower(std::string_view text) {
  return convert_runes(text, [](char32_t code) { return to_lower(code); });
}

bool is_unicode_space(char32_t code) {
  return (code >= '\t' && code <= '\r') || code == ' ' || code == 0x85 || code == 0xA0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 ||
         code == 0x202F || code == 0x205F || code == 0x3000;
}

}  // namespace tocsin::tmpl
