// Runes of UTF-8 text, and the letters they are made of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::tmpl {

inline constexpr char32_t kRuneError = 0xFFFD;

struct Rune {
  char32_t code = kRuneError;
  uint32_t width = 1;  ///< Bytes; 0 at the end of the text, 1 for a malformed byte.
};

/// The rune that starts at `offset`; malformed input gives kRuneError of width 1, as in Go.
Rune rune_at(std::string_view text, size_t offset);
void append_rune(std::string& out, char32_t code);
/// The text with U+FFFD for each malformed byte, as Go's JSON has it.
std::string to_valid_utf8(std::string_view text);
size_t count_runes(std::string_view text);

bool is_letter(char32_t code);
bool is_unicode_digit(char32_t code);
char32_t to_upper(char32_t code);
char32_t to_lower(char32_t code);
std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);
/// White space as Go's unicode.IsSpace sees it.
bool is_unicode_space(char32_t code);

}  // namespace tocsin::tmpl
