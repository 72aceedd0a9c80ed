// The two matcher grammars themselves; callers want matcher_parse.h.
#pragma once

#include <string_view>

#include "engine/base/matcher.h"

namespace tocsin::notifiers {

/// The grammar with UTF-8 names and positioned errors.
/// Source: prometheus/alertmanager matcher/parse/parse.go.
base::Result<base::Matchers> parse_utf8_matchers(std::string_view text);

/// The older, laxer grammar. Source: prometheus/alertmanager pkg/labels/parse.go.
base::Result<base::Matchers> parse_classic_matchers(std::string_view text);
/// One matcher of the older grammar; commas belong to the value.
base::Result<base::Matcher> parse_classic_matcher(std::string_view text);

/// True for characters that must be quoted: white space and {}!=~,\"'`.
bool is_reserved_in_matcher(uint32_t rune);

}  // namespace tocsin::notifiers
