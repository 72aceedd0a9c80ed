// The grammar that heads of HTTP/1.x requests and answers share.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tocsin::net {

/// A method or header name. (A header value is_one_line(), see text.h.)
bool is_token(std::string_view text);
/// Whether a comma-separated list such as Connection's has this member, in any case.
bool has_option(std::string_view list, std::string_view option);
/// The value of a Content-Length header: decimal digits, nothing else.
std::optional<uint64_t> parse_length(std::string_view text);

}  // namespace tocsin::net
