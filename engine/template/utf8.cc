#include "engine/template/utf8.h"

#include <locale.h>  // newlocale, iswalpha_l

#include <clocale>
#include <cwctype>

#include "engine/base/utf8.h"

namespace tocsin::tmpl {
namespace {

// The C library's Unicode tables; "C.UTF-8" is built in and independent of the user's settings.
locale_t unicode() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

template <class Convert>
std::string convert_runes(std::string_view text, Convert convert) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const base::Rune rune = base::decode_rune(text, i);
    base::append_rune(out, convert(rune.code));
    i += rune.bytes;
  }
  return out;
}

}  // namespace

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  for (size_t offset = 0; offset < text.size();) {
    const base::Rune rune = base::decode_rune(text, offset);
    base::append_rune(out, rune.code);
    offset += rune.bytes;
  }
  return out;
}

size_t count_runes(std::string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); i += base::decode_rune(text, i).bytes) ++count;
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

}  // namespace tocsin::tmpl
