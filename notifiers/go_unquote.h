// Go string literals.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::notifiers {

/// The text of a double-quoted Go literal (quotes included in `literal`), or nullopt when it is
/// malformed or not UTF-8. Source: Go strconv.Unquote.
std::optional<std::string> go_unquote(std::string_view literal);

}  // namespace tocsin::notifiers
