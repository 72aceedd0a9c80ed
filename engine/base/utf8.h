// Characters of UTF-8 text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::base {

/// What stands for bytes that are no UTF-8, as in Go.
inline constexpr char32_t kRuneError = 0xFFFD;

/// One decoded character.
struct Rune {
  char32_t code = kRuneError;
  uint32_t bytes = 0;  ///< 0 at the end of the text, 1 for a malformed byte.
  /// A byte that is no UTF-8; a well-formed U+FFFD has three bytes.
  bool is_malformed() const { return code == kRuneError && bytes == 1; }
};

/// decode_rune() for a text that starts with a byte of 0x80 or more.
Rune decode_long_rune(std::string_view text);

/// The character at the front of `text`. Malformed bytes decode one at a time: overlong forms,
/// surrogates and what is above U+10FFFF are malformed. Source: Go unicode/utf8 DecodeRuneInString.
inline Rune decode_rune(std::string_view text) {
  if (text.empty()) return {};
  const auto first = static_cast<unsigned char>(text[0]);
  return first < 0x80 ? Rune{first, 1} : decode_long_rune(text);
}
/// The character at `offset`; the end of the text when it lies behind it.
inline Rune decode_rune(std::string_view text, size_t offset) {
  return offset < text.size() ? decode_rune(text.substr(offset)) : Rune{};
}

/// Appends `code` in UTF-8; U+FFFD for what is no character.
void append_rune(std::string& out, char32_t code);
/// True for well-formed UTF-8.
bool is_utf8(std::string_view text);
/// White space. Source: Go unicode.IsSpace.
bool is_unicode_space(char32_t code);

}  // namespace tocsin::base
