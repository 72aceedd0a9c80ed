// Text counted in characters, as grammars with positions and length limits of services need it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::notifiers {

/// `text` without leading and trailing white space (Go's strings.TrimSpace).
std::string_view trim_space(std::string_view text);

/// At most `runes_max` characters: what is longer is cut to one less and ends in "…" (for
/// runes_max <= 3 it is simply cut). `truncated` tells whether that happened.
/// Source: prometheus/alertmanager notify/util.go TruncateInRunes.
std::string truncate_in_runes(std::string_view text, size_t runes_max, bool& truncated);

}  // namespace tocsin::notifiers
