// Mail addresses out of the text that a person writes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace tocsin::notifiers {

/// The bare addresses of a comma-separated list: `Team A <a@x.org>, "B, C" <b@x.org>, c@x.org`.
/// Comments in parentheses are skipped. Fails when an entry has no address, or one with blanks or
/// control characters (which could smuggle commands to the server).
base::Result<std::vector<std::string>> parse_addresses(std::string_view text);

}  // namespace tocsin::notifiers
