// Text counted in characters, as grammars with positions and length limits of services need it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::notifiers {

/// One decoded character. Malformed bytes decode one at a time as U+FFFD, as in Go.
struct Rune {
  uint32_t code = 0;
  size_t bytes = 0;
};

/// The first character of `text`. Requires a non-empty text.
Rune decode_rune(std::string_view text);

/// Go's unicode.IsSpace.
bool is_unicode_space(uint32_t code);

/// Appends `code` in UTF-8.
void append_rune(std::string& out, uint32_t code);

/// `text` without leading and trailing white space (Go's strings.TrimSpace).
std::string_view trim_space(std::string_view text);

/// At most `runes_max` characters: what is longer is cut to one less and ends in "…" (for
/// runes_max <= 3 it is simply cut). `truncated` tells whether that happened.
/// Source: prometheus/alertmanager notify/util.go TruncateInRunes.
std::string truncate_in_runes(std::string_view text, size_t runes_max, bool& truncated);

}  // namespace tocsin::notifiers
