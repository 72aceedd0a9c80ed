// Runes of UTF-8 text, and the letters they are made of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::tmpl {

/// The text with U+FFFD for each malformed byte, as Go's JSON has it.
std::string to_valid_utf8(std::string_view text);
size_t count_runes(std::string_view text);

bool is_letter(char32_t code);
bool is_unicode_digit(char32_t code);
char32_t to_upper(char32_t code);
char32_t to_lower(char32_t code);
std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);

}  // namespace tocsin::tmpl
