// Characters as the lexer sees them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::promql {

/// −1 (end of text) is none of these.
inline bool is_space(int c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
inline bool is_digit(int c) { return c >= '0' && c <= '9'; }
inline bool is_alpha(int c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool is_alphanumeric(int c) { return is_alpha(c) || is_digit(c); }

/// Go's %q of a rune: 'x', '\n', '\''.
std::string quote_rune(uint32_t code);
/// Go's %#U: U+0063 'c'.
std::string describe_rune(uint32_t code);

/// The value of a string literal with its quotes. Requires that the lexer accepted it.
/// Source: prometheus util/strutil/quote.go.
std::string unquote(std::string_view literal);

}  // namespace tocsin::promql
