// Go literals: strings, characters and numbers.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/template/value.h"

namespace tocsin::tmpl {

/// strconv.Unquote of "…" or `…`. Fails with Go's text "invalid syntax".
base::Result<std::string> unquote(std::string_view quoted);

/// A number or character constant as the executor types it when nothing else decides: an int
/// unless it is written with '.', 'e' or 'p'; uint64 when it is too large for an int. Fails with
/// Go's texts ("illegal number syntax: …").
base::Result<Value> parse_number(std::string_view text);

}  // namespace tocsin::tmpl
