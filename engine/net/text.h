// Small questions about ASCII text that HTTP asks everywhere.
#pragma once

#include <string>
#include <string_view>

namespace tocsin::net {

/// Without spaces and tabs at both ends.
std::string_view trim_blanks(std::string_view text);
/// ASCII letters in lower case, other bytes as they are.
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
/// The byte that the first two characters spell in hexadecimal, or -1.
int hex_byte(std::string_view digits);
/// True when `text` has no control character: fit for a header value or an SMTP command.
bool is_one_line(std::string_view text);

}  // namespace tocsin::net
